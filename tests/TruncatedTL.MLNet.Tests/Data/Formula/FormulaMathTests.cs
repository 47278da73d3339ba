using FsCheck.Xunit;
using TruncatedTL.MLNet.Data.Formula;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data.Formula;

public sealed class FormulaMathTests
{
    [Fact]
    public void Sine_and_cosine_agree_with_the_framework()
    {
        for (var i = -40000; i <= 40000; i++)
        {
            var turns = i / 8192f;
            Assert.Equal(Math.Sin(turns * Math.Tau), FormulaMath.SinTurns(turns), 1.5e-6);
            Assert.Equal(Math.Cos(turns * Math.Tau), FormulaMath.CosTurns(turns), 1.5e-6);
        }
    }

    [Fact]
    public void Powers_of_two_agree_with_the_framework()
    {
        for (var i = -1000; i <= 1000; i++)
        {
            var exponent = i / 97f;
            Assert.Equal(1.0, FormulaMath.Exp2(exponent) / Math.Pow(2, exponent), 1e-6);
        }
    }

    [Property]
    public bool Smooth_step_stays_within_its_bounds_in_either_direction(short value, short edge)
    {
        var rising = FormulaMath.SmoothStep(edge, edge + 100f, value);
        var falling = FormulaMath.SmoothStep(edge + 100f, edge, value);
        return rising is >= 0f and <= 1f && Math.Abs(rising + falling - 1f) < 1e-5f;
    }

    [Fact]
    public void Random_numbers_have_their_moments_and_depend_on_every_seed()
    {
        var random = FormulaRandom.From(1, 2, 3, 4);
        var (sum, squares, unit) = (0.0, 0.0, 0.0);
        const int Count = 200_000;
        for (var i = 0; i < Count; i++)
        {
            var normal = random.NextNormal();
            (sum, squares, unit) = (sum + normal, squares + (normal * normal), unit + random.NextUnit());
            Assert.InRange(random.NextIndex(7), 0, 6);
            Assert.InRange(random.NextBetween(-2f, 3f), -2f, 3f);
        }

        Assert.Equal(0.0, sum / Count, 0.01);
        Assert.Equal(1.0, squares / Count, 0.02);
        Assert.Equal(0.5, unit / Count, 0.005);
        ulong[] first =
        [
            FirstBits(1, 2, 3, 4), FirstBits(2, 2, 3, 4), FirstBits(1, 3, 3, 4), FirstBits(1, 2, 4, 4), FirstBits(1, 2, 3, 5),
            FirstBits(1, 2, 4, 3), FirstBits(-1, 2, 3, 4), FirstBits(2, 1, 3, 4),
        ];
        Assert.Equal(first.Length, first.Distinct().Count());
    }

    [Fact]
    public void The_generator_gives_the_published_sequence()
    {
        // SplitMix64 from state 0, as printed with the reference implementation (Vigna, https://prng.di.unimi.it).
        var random = default(FormulaRandom);
        Assert.Equal([0xE220A8397B1DCDAFUL, 0x6E789E6AA1B965F4UL, 0x06C45D188009454FUL], [random.NextBits(), random.NextBits(), random.NextBits()]);
    }

    [Fact]
    public void Noise_is_bounded_smooth_and_periodic()
    {
        var (sum, squares) = (0.0, 0.0);
        for (var i = 0; i < 20000; i++)
        {
            var (x, y) = (i * 0.137f, i * -0.0713f);
            var value = ValueNoise.Sample(x, y);
            Assert.InRange(value, -1f, 1f);
            Assert.Equal(value, ValueNoise.Sample(x + 0.001f, y), 0.01);
            (sum, squares) = (sum + value, squares + (value * value));
        }

        Assert.Equal(0.0, sum / 20000, 0.08);
        Assert.InRange(Math.Sqrt(squares / 20000), 0.25, 0.6);
        Assert.Equal(ValueNoise.Sample(3.25f, 7.5f), ValueNoise.Sample(3.25f + ValueNoise.Period, 7.5f - ValueNoise.Period));
    }

    private static ulong FirstBits(int seed, int stream, int first, int second)
    {
        return FormulaRandom.From(seed, stream, first, second).NextBits();
    }
}
