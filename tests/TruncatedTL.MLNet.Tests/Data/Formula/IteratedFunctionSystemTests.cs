using TruncatedTL.MLNet.Data.Formula;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data.Formula;

public sealed class IteratedFunctionSystemTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_map_contracts(int rank)
    {
        var random = FormulaRandom.From(1, 1, 1, 1);
        var other = new Random(3);
        for (var trial = 0; trial < 200; trial++)
        {
            var system = IteratedFunctionSystem.Create(ref random, rank, 2 + (trial % 5));
            for (var map = 0; map < system.Shades.Length; map++)
            {
                // |A v| / |v| lies between the smallest and the largest singular value for every v.
                var v = Enumerable.Range(0, rank).Select(_ => other.NextDouble() - 0.5).ToArray();
                var image = Enumerable.Range(0, rank).Select(row => Enumerable.Range(0, rank).Sum(column => Linear(system, map, row, column) * v[column])).ToArray();
                Assert.InRange(Math.Sqrt(image.Sum(x => x * x) / v.Sum(x => x * x)), 0.1199, 0.9201);
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Maps_are_chosen_in_proportion_to_their_determinants(int rank)
    {
        var random = FormulaRandom.From(2, 1, 1, 1);
        for (var trial = 0; trial < 50; trial++)
        {
            var system = IteratedFunctionSystem.Create(ref random, rank, 4);
            var weights = Enumerable.Range(0, 4).Select(map => Math.Abs(Determinant(system, map)) + 0.02).ToArray();
            for (var map = 0; map < 4; map++)
            {
                Assert.Equal(weights[map] / weights.Sum(), system.Choices.Count(choice => choice == map) / 256.0, 1.5 / 256);
            }
        }
    }

    [Theory]
    [InlineData(2, 1.0001)]
    [InlineData(3, 1.0351)]
    public void The_bound_of_the_norm_is_never_below_it_and_hardly_above(int rank, double slack)
    {
        var other = new Random(5);
        for (var trial = 0; trial < 300; trial++)
        {
            var map = Enumerable.Range(0, rank * (rank + 1)).Select(_ => (float)(other.NextDouble() - 0.5)).ToArray();
            if (trial % 3 == 0)
            {
                // All singular values alike: the case in which the bound is farthest off.
                map = [.. map.Select((_, i) => i % (rank + 1) == i / (rank + 1) ? 0.7f : 0f)];
            }

            double norm = LargestSingularValue(map, rank);
            Assert.InRange(IteratedFunctionSystem.BoundNorm(map, rank), norm * 0.9999, norm * slack);
        }

        Assert.Equal(0f, IteratedFunctionSystem.BoundNorm(new float[rank * (rank + 1)], rank));
    }

    // By many steps of the power method on A'A.
    private static double LargestSingularValue(float[] map, int rank)
    {
        var v = Enumerable.Range(0, rank).Select(i => 1 + (0.37 * i)).ToArray();
        var ratio = 0.0;
        for (var step = 0; step < 200; step++)
        {
            var image = Enumerable.Range(0, rank).Select(row => Enumerable.Range(0, rank).Sum(column => map[(row * (rank + 1)) + column] * v[column])).ToArray();
            ratio = Math.Sqrt(image.Sum(x => x * x) / v.Sum(x => x * x));
            v = [.. Enumerable.Range(0, rank).Select(column => Enumerable.Range(0, rank).Sum(row => map[(row * (rank + 1)) + column] * image[row]))];
            var length = Math.Sqrt(v.Sum(x => x * x));
            v = [.. v.Select(x => x / length)];
        }

        return ratio;
    }

    private static double Linear(IteratedFunctionSystem system, int map, int row, int column)
    {
        return system.Coefficients[(map * system.CoefficientsPerMap) + (row * (system.Rank + 1)) + column];
    }

    private static double Determinant(IteratedFunctionSystem system, int map)
    {
        double A(int row, int column) => Linear(system, map, row, column);
        return system.Rank == 2
            ? (A(0, 0) * A(1, 1)) - (A(0, 1) * A(1, 0))
            : (A(0, 0) * ((A(1, 1) * A(2, 2)) - (A(1, 2) * A(2, 1)))) - (A(0, 1) * ((A(1, 0) * A(2, 2)) - (A(1, 2) * A(2, 0)))) + (A(0, 2) * ((A(1, 0) * A(2, 1)) - (A(1, 1) * A(2, 0))));
    }
}
