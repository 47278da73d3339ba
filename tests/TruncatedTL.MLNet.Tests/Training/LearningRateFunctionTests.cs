using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class LearningRateFunctionTests
{
    [Theory]
    [InlineData(LearningRateSchedule.Constant)]
    [InlineData(LearningRateSchedule.ReduceOnPlateau)]
    [InlineData(LearningRateSchedule.Cosine)]
    public void WarmUp_RisesLinearlyToOne(LearningRateSchedule schedule) =>
        Assert.Equal([0.25, 0.5, 0.75, 1], Enumerable.Range(0, 4).Select(step => LearningRateFunction.Factor(schedule, step, 100, 4)));

    [Fact]
    public void Constant_Stays() =>
        Assert.All(Enumerable.Range(0, 100), step => Assert.Equal(1, LearningRateFunction.Factor(LearningRateSchedule.Constant, step, 100, 0)));

    [Fact]
    public void Cosine_FallsToZeroAlongHalfACosine()
    {
        static double Factor(long step) => LearningRateFunction.Factor(LearningRateSchedule.Cosine, step, 110, 10);

        Assert.Equal(1, Factor(10), 12);
        Assert.Equal((1 + Math.Cos(Math.PI / 4)) / 2, Factor(35), 12);
        Assert.Equal(0.5, Factor(60), 12);
        Assert.InRange(Factor(109), 1e-9, 0.001);
    }

    [Fact]
    public void OneCycle_HasPyTorchsValues()
    {
        // OneCycleLR(max_lr=1, total_steps=100): rises over steps 0 to 29, falls over steps 29 to 99.
        static double Factor(long step) => LearningRateFunction.Factor(LearningRateSchedule.OneCycle, step, 100, 5);

        Assert.Equal(0.04, Factor(0), 12);
        Assert.Equal(1, Factor(29), 12);
        Assert.Equal(0.04 + 0.96 * (1 - Math.Cos(Math.PI * 14 / 29)) / 2, Factor(14), 12);
        Assert.Equal((1 + 4e-6) / 2, Factor(64), 12);
        Assert.Equal(4e-6, Factor(99), 12);
    }

    [Theory]
    [InlineData(LearningRateSchedule.Cosine)]
    [InlineData(LearningRateSchedule.OneCycle)]
    public void ShortRuns_GiveUsableFactors(LearningRateSchedule schedule)
    {
        for (var total = 1; total < 12; total++)
        {
            var factors = Enumerable.Range(0, total).Select(step => LearningRateFunction.Factor(schedule, step, total, Math.Min(total, 2))).ToArray();
            Assert.All(factors, factor => Assert.InRange(factor, 0, 1));
            Assert.True(factors.Max() > 0.4);
        }
    }
}
