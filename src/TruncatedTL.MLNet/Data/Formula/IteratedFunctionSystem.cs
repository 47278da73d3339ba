namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// A set of contracting affine maps x -> A x + b, each with a grey shade. Applying randomly chosen maps again and again
/// draws the attractor of the set.
/// </summary>
/// <remarks>
/// Source: Kataoka et al., "Pre-training without Natural Images", arXiv 2101.08515, with the maps drawn by their
/// singular values as in Anderson and Farrell, "Improving Fractal Pre-training", arXiv 2110.03091.
/// </remarks>
internal sealed class IteratedFunctionSystem
{
    private const float SmallestScale = 0.12f;
    private const float LargestScale = 0.92f;

    // A map of determinant 0 must still be chosen now and then, or its branch of the attractor is lost.
    private const float LeastWeight = 0.02f;

    private IteratedFunctionSystem(int rank, float[] coefficients, float[] shades, byte[] choices)
    {
        Rank = rank;
        Coefficients = coefficients;
        Shades = shades;
        Choices = choices;
    }

    /// <summary>Number of spatial dimensions.</summary>
    public int Rank { get; }

    /// <summary>Row by row [A | b] of each map: [maps, rank, rank + 1].</summary>
    public float[] Coefficients { get; }

    /// <summary>Grey value of each map, 0 to 1.</summary>
    public float[] Shades { get; }

    /// <summary>Which map each of 256 equally likely outcomes stands for; a map's share follows its determinant.</summary>
    public byte[] Choices { get; }

    /// <summary>Number of coefficients of one map.</summary>
    public int CoefficientsPerMap => Rank * (Rank + 1);

    /// <summary>Draws a system of contracting maps.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="rank">Number of spatial dimensions.</param>
    /// <param name="mapCount">Number of maps, 2 to 255.</param>
    public static IteratedFunctionSystem Create(ref FormulaRandom random, int rank, int mapCount)
    {
        var coefficients = new float[mapCount * rank * (rank + 1)];
        var shades = new float[mapCount];
        var weights = new float[mapCount];
        Span<float> left = stackalloc float[rank * rank];
        Span<float> right = stackalloc float[rank * rank];
        Span<float> scales = stackalloc float[rank];
        for (var map = 0; map < mapCount; map++)
        {
            FillOrthogonal(ref random, left, rank);
            FillOrthogonal(ref random, right, rank);
            weights[map] = 1f;
            for (var axis = 0; axis < rank; axis++)
            {
                scales[axis] = axis == 0 ? random.NextBetween(0.3f, LargestScale) : random.NextBetween(SmallestScale, scales[axis - 1]);

                // The absolute determinant is the product of the singular values.
                weights[map] *= scales[axis];
            }

            var target = coefficients.AsSpan(map * rank * (rank + 1), rank * (rank + 1));
            for (var row = 0; row < rank; row++)
            {
                for (var column = 0; column < rank; column++)
                {
                    var sum = 0f;
                    for (var axis = 0; axis < rank; axis++)
                    {
                        sum += left[(row * rank) + axis] * scales[axis] * right[(axis * rank) + column];
                    }

                    target[(row * (rank + 1)) + column] = sum;
                }

                target[(row * (rank + 1)) + rank] = random.NextBetween(-1f, 1f);
            }

            shades[map] = random.NextBetween(0.35f, 1f);
        }

        return new IteratedFunctionSystem(rank, coefficients, shades, Apportion(weights));
    }

    /// <summary>The largest singular value of A, exactly in the plane; in space a bound that is at most 3.5 % above it.</summary>
    /// <param name="map">[A | b], row by row.</param>
    /// <param name="rank">2 or 3.</param>
    public static float BoundNorm(ReadOnlySpan<float> map, int rank)
    {
        if (rank == 2)
        {
            var (a, b, c, d) = (map[0], map[1], map[3], map[4]);
            var squares = (a * a) + (b * b) + (c * c) + (d * d);
            var determinant = (a * d) - (b * c);
            return MathF.Sqrt(0.5f * (squares + MathF.Sqrt(Math.Max(0f, (squares * squares) - (4f * determinant * determinant)))));
        }

        // The trace of S^16 with S = A'A is the sum of the 16th powers of the three eigenvalues of S, at least that of the
        // largest and at most three times as much. S is symmetric: [xx, yy, zz, xy, xz, yz].
        Span<float> s = stackalloc float[6];
        Span<float> square = stackalloc float[6];
        for (var row = 0; row < 3; row++)
        {
            var (x, y, z) = (map[row * 4], map[(row * 4) + 1], map[(row * 4) + 2]);
            (s[0], s[1], s[2]) = (s[0] + (x * x), s[1] + (y * y), s[2] + (z * z));
            (s[3], s[4], s[5]) = (s[3] + (x * y), s[4] + (x * z), s[5] + (y * z));
        }

        // Divided by its trace, so that no power leaves the range of a float.
        var trace = Math.Max(1e-12f, s[0] + s[1] + s[2]);
        for (var i = 0; i < 6; i++)
        {
            s[i] /= trace;
        }

        for (var doubling = 0; doubling < 4; doubling++)
        {
            square[0] = (s[0] * s[0]) + (s[3] * s[3]) + (s[4] * s[4]);
            square[1] = (s[3] * s[3]) + (s[1] * s[1]) + (s[5] * s[5]);
            square[2] = (s[4] * s[4]) + (s[5] * s[5]) + (s[2] * s[2]);
            square[3] = (s[0] * s[3]) + (s[3] * s[1]) + (s[4] * s[5]);
            square[4] = (s[0] * s[4]) + (s[3] * s[5]) + (s[4] * s[2]);
            square[5] = (s[3] * s[4]) + (s[1] * s[5]) + (s[5] * s[2]);
            square.CopyTo(s);
        }

        var root = s[0] + s[1] + s[2];
        for (var halving = 0; halving < 4; halving++)
        {
            root = MathF.Sqrt(root);
        }

        return MathF.Sqrt(root * trace);
    }

    // Gram-Schmidt on normally distributed rows.
    private static void FillOrthogonal(ref FormulaRandom random, Span<float> matrix, int rank)
    {
        for (var row = 0; row < rank; row++)
        {
            var current = matrix.Slice(row * rank, rank);
            float length;
            do
            {
                for (var column = 0; column < rank; column++)
                {
                    current[column] = random.NextNormal();
                }

                for (var earlier = 0; earlier < row; earlier++)
                {
                    var other = matrix.Slice(earlier * rank, rank);
                    var projection = Dot(current, other);
                    for (var column = 0; column < rank; column++)
                    {
                        current[column] -= projection * other[column];
                    }
                }

                length = MathF.Sqrt(Dot(current, current));
            }
            while (length < 0.1f);

            for (var column = 0; column < rank; column++)
            {
                current[column] /= length;
            }
        }
    }

    private static float Dot(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        var sum = 0f;
        for (var i = 0; i < first.Length; i++)
        {
            sum += first[i] * second[i];
        }

        return sum;
    }

    private static byte[] Apportion(float[] weights)
    {
        var total = 0f;
        foreach (var weight in weights)
        {
            total += weight + LeastWeight;
        }

        var choices = new byte[256];
        var (map, bound) = (0, weights[0] + LeastWeight);
        for (var i = 0; i < choices.Length; i++)
        {
            while (map < weights.Length - 1 && (i + 0.5f) * total > bound * choices.Length)
            {
                map++;
                bound += weights[map] + LeastWeight;
            }

            choices[i] = (byte)map;
        }

        return choices;
    }
}
