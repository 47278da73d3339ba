using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Evaluation.Statistics;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation.Statistics;

public class DistributionsTests
{
    private const double RelativeTolerance = 1e-10;

    private static readonly StatisticsReference Reference = StatisticsReference.Read();

    [Fact]
    public void Distributions_equal_the_reference()
    {
        Assert.All(Reference.NormalCdf, row => Close(row[1], Distributions.NormalCdf(row[0])));
        Assert.All(Reference.NormalQuantile, row => Close(row[1], Distributions.NormalQuantile(row[0])));
        Assert.All(Reference.StudentTwoSidedTail, row => Close(row[2], Distributions.StudentTwoSidedTail(row[0], row[1])));
        Assert.All(Reference.TwoSidedStudent, row => Close(row[2], Distributions.TwoSidedStudent(row[0], row[1])));
        Assert.All(Reference.BetaQuantile, row => Close(row[3], Distributions.BetaQuantile(row[0], row[1], row[2])));
    }

    [Theory]
    [InlineData(-0.5, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(1.5, 1)]
    public void A_beta_variable_lies_between_0_and_1(double x, double probability) => Assert.Equal(probability, Distributions.RegularizedBeta(x, 2, 3));

    [Fact]
    public void Intervals_of_proportions_equal_the_reference()
    {
        Assert.All(Reference.Wilson, row => Close(row, ProportionIntervals.Wilson(row[0], row[1], 0.95)));
        Assert.All(Reference.ClopperPearson, row => Close(row, ProportionIntervals.ClopperPearson(row[0], row[1], 0.95)));
    }

    // Newcombe, Statistics in Medicine 17:857 (1998), table I, methods 3 (score) and 5 (exact).
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662, 0.2527, 0.3676)]
    [InlineData(15, 148, 0.0624, 0.1605, 0.0578, 0.1617)]
    [InlineData(0, 20, 0, 0.1611, 0, 0.1684)]
    [InlineData(1, 29, 0.0061, 0.1718, 0.0009, 0.1776)]
    public void Intervals_of_proportions_equal_the_published_ones(int k, int n, double wilsonLower, double wilsonUpper, double exactLower, double exactUpper)
    {
        var wilson = ProportionIntervals.Of(ProportionInterval.Wilson, k, n, 0.95);
        var exact = ProportionIntervals.Of(ProportionInterval.ClopperPearson, k, n, 0.95);
        Assert.Equal((wilsonLower, wilsonUpper), (Math.Round(wilson.Lower, 4), Math.Round(wilson.Upper, 4)));
        Assert.Equal((exactLower, exactUpper), (Math.Round(exact.Lower, 4), Math.Round(exact.Upper, 4)));
    }

    private static void Close(double[] row, ConfidenceInterval interval)
    {
        Close(row[2], interval.Lower);
        Close(row[3], interval.Upper);
    }

    private static void Close(double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= RelativeTolerance * Math.Max(Math.Abs(expected), 1e-5), $"{actual:r} is not {expected:r}");
}
