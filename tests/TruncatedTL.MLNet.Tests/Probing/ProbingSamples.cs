using TruncatedTL.MLNet.Probing;

namespace TruncatedTL.MLNet.Tests.Probing;

/// <summary>Random features for the laws of the scores.</summary>
internal static class ProbingSamples
{
    /// <summary>Normal features whose class means are apart in the first column.</summary>
    public static float[] Features(int rows, int columns, Func<int, int> classOf, double signal = 1, int seed = 1)
    {
        var random = new Random(seed);
        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(Normal(random) + (i % columns == 0 ? signal * classOf(i / columns) : 0));
        }

        return values;
    }

    public static int[] Labels(int rows, Func<int, int> classOf) => [.. Enumerable.Range(0, rows).Select(classOf)];

    /// <summary>The rows times a random orthogonal matrix (Gram-Schmidt).</summary>
    public static float[] Rotated(float[] values, int columns, int seed = 9)
    {
        var random = new Random(seed);
        var basis = new List<double[]>();
        while (basis.Count < columns)
        {
            var vector = Enumerable.Range(0, columns).Select(_ => Normal(random)).ToArray();
            foreach (var other in basis)
            {
                var overlap = vector.Zip(other, (a, b) => a * b).Sum();
                vector = [.. vector.Zip(other, (a, b) => a - (overlap * b))];
            }

            var length = Math.Sqrt(vector.Sum(v => v * v));
            basis.Add([.. vector.Select(v => v / length)]);
        }

        return [.. values.Chunk(columns).SelectMany(row => basis.Select(direction => (float)direction.Zip(row, (d, v) => d * v).Sum()))];
    }

    public static IReadOnlyList<CutScores> Score(float[] features, int columns, int[] labels, ProbingOptions? options = null) =>
        FrozenScores.Score([new CutFeatures(1, "cut", new FeatureMatrix(features, columns), null)], labels, [], options ?? new ProbingOptions());

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
