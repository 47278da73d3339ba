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

    [Fact]
    public void Noise_in_space_is_bounded_smooth_periodic_and_varies_along_every_axis()
    {
        var (sum, squares) = (0.0, 0.0);
        Span<double> changes = stackalloc double[3];
        for (var i = 0; i < 20000; i++)
        {
            var (x, y, z) = (i * 0.137f, i * -0.0713f, i * 0.0517f);
            var value = ValueNoise.Sample(x, y, z);
            Assert.InRange(value, -1f, 1f);
            Assert.Equal(value, ValueNoise.Sample(x, y, z + 0.001f), 0.01);
            changes[0] += Math.Abs(value - ValueNoise.Sample(x + 0.5f, y, z));
            changes[1] += Math.Abs(value - ValueNoise.Sample(x, y + 0.5f, z));
            changes[2] += Math.Abs(value - ValueNoise.Sample(x, y, z + 0.5f));
            (sum, squares) = (sum + value, squares + (value * value));
        }

        Assert.Equal(0.0, sum / 20000, 0.08);
        Assert.InRange(Math.Sqrt(squares / 20000), 0.2, 0.6);
        Assert.InRange(changes[0] / changes[2], 0.8, 1.25);
        Assert.InRange(changes[1] / changes[2], 0.8, 1.25);
        Assert.Equal(ValueNoise.Sample(3.25f, 7.5f, 1.75f), ValueNoise.Sample(3.25f + ValueNoise.Period, 7.5f - ValueNoise.Period, 1.75f + ValueNoise.Period));
    }

    [Theory]
    [InlineData(0.3f)]
    [InlineData(0.7f)]
    [InlineData(1f)]
    public void Cell_distances_in_space_change_no_faster_than_the_place(float jitter)
    {
        // A search that leaves out a neighbour that counts jumps where that neighbour comes into its reach.
        var random = FormulaRandom.From(5, 1, 2, 3);
        var offset = random.NextPoint<SpacePoint>(0f, 1 << 16);
        for (var i = 0; i < 3000; i++)
        {
            var place = random.NextPoint<SpacePoint>(-20f, 20f);
            var here = CellNoise.Sample(place, offset, jitter);
            var step = random.NextPoint<SpacePoint>(-0.1f, 0.1f);
            var there = CellNoise.Sample(place + step, offset, jitter);
            var length = MathF.Sqrt((step.X * step.X) + (step.Y * step.Y) + (step.Z * step.Z)) + 1e-4f;
            Assert.InRange(here.Nearest, 0f, here.Second);
            Assert.InRange(here.Tone, 0f, 1f);
            Assert.InRange(there.Nearest, here.Nearest - length, here.Nearest + length);
            Assert.InRange(there.Second, here.Second - length, here.Second + length);
        }
    }

    [Fact]
    public void Rotations_of_space_keep_lengths_and_angles_and_handedness()
    {
        var random = FormulaRandom.From(7, 1, 2, 3);
        for (var i = 0; i < 200; i++)
        {
            var map = i % 2 == 0 ? SpacePoint.CreateRotation(ref random) : SpacePoint.CreateQuarterTurn(ref random);
            var (x, y, z) = (map.AxisX, map.AxisY, map.AxisZ);
            Assert.Equal(1.0, Dot(x, x), 1e-5);
            Assert.Equal(1.0, Dot(y, y), 1e-5);
            Assert.Equal(0.0, Dot(x, y), 1e-5);

            // z is the cross product of x and y.
            Assert.Equal(0.0, Math.Abs((x.Y * y.Z) - (x.Z * y.Y) - z.X) + Math.Abs((x.Z * y.X) - (x.X * y.Z) - z.Y) + Math.Abs((x.X * y.Y) - (x.Y * y.X) - z.Z), 1e-5);
            var image = map.Apply(new SpacePoint(1f, -2f, 3f));
            Assert.Equal(14.0, Dot(image, image), 1e-4);
        }
    }

    private static double Dot(SpacePoint a, SpacePoint b)
    {
        return (a.X * b.X) + (a.Y * b.Y) + (a.Z * b.Z);
    }

    private static ulong FirstBits(int seed, int stream, int first, int second)
    {
        return FormulaRandom.From(seed, stream, first, second).NextBits();
    }
}
