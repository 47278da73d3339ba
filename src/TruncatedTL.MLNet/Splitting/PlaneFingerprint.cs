namespace TruncatedTL.MLNet.Splitting;

/// <summary>
/// The looks of one plane: a 64-bit perceptual hash (signs of the lowest frequencies of the cosine transform about their median) and
/// a thumbnail. Brightness and contrast do not change either, scale and compression hardly.
/// </summary>
internal sealed class PlaneFingerprint
{
    private const int Side = 32;
    private const int ThumbnailSide = 16;
    private const int HashSide = 8;

    // cosines[k * Side + x]: the cosine of frequency k + 1 at position x. The mean (frequency 0) says nothing about the looks.
    private static readonly float[] s_cosines = Enumerable.Range(0, HashSide * Side)
        .Select(i => (float)Math.Cos(Math.PI * (i / Side + 1) * (i % Side + 0.5) / Side))
        .ToArray();

    private PlaneFingerprint(ulong hash, float[] thumbnail)
    {
        Hash = hash;
        Thumbnail = thumbnail;
    }

    public ulong Hash { get; }

    /// <summary>16 x 16 values of mean 0 and length 1; all 0 for a plane without any structure.</summary>
    public float[] Thumbnail { get; }

    /// <summary>Takes the fingerprint of a plane.</summary>
    /// <param name="plane">Finite values, row by row.</param>
    /// <param name="height">Number of rows.</param>
    /// <param name="width">Number of columns.</param>
    public static PlaneFingerprint Create(float[] plane, int height, int width)
    {
        ScaleToOne(plane);
        var small = Resize(plane, height, width, Side);
        return new PlaneFingerprint(HashOf(small), Normalise(Resize(small, Side, Side, ThumbnailSide)));
    }

    /// <summary>Correlation of two planes' thumbnails. Two planes without structure look the same; one of them looks like no other.</summary>
    public static double Correlation(PlaneFingerprint first, PlaneFingerprint second)
    {
        var product = Dot(first.Thumbnail, second.Thumbnail);
        return first.IsFlat && second.IsFlat ? 1 : Math.Clamp(product, -1, 1);
    }

    /// <summary>Divides by the largest magnitude, so that sums of values of any range neither overflow nor lose digits.</summary>
    public static void ScaleToOne(float[] values)
    {
        var range = 0f;
        foreach (var value in values)
        {
            range = Math.Max(range, Math.Abs(value));
        }

        if (range > 0)
        {
            Divide(values, range);
        }
    }

    private bool IsFlat => Array.TrueForAll(Thumbnail, value => value == 0);

    private static ulong HashOf(float[] small)
    {
        // [y, x] to [y, frequency along x], then to [frequency along y, frequency along x].
        var rows = new float[Side * HashSide];
        var coefficients = new float[HashSide * HashSide];
        for (var y = 0; y < Side; y++)
        {
            for (var u = 0; u < HashSide; u++)
            {
                rows[y * HashSide + u] = Dot(small.AsSpan(y * Side, Side), s_cosines.AsSpan(u * Side, Side));
            }
        }

        for (var v = 0; v < HashSide; v++)
        {
            for (var u = 0; u < HashSide; u++)
            {
                var sum = 0f;
                for (var y = 0; y < Side; y++)
                {
                    sum += rows[y * HashSide + u] * s_cosines[v * Side + y];
                }

                coefficients[v * HashSide + u] = sum;
            }
        }

        var sorted = coefficients.Order().ToArray();
        var median = (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
        var hash = 0UL;
        for (var i = 0; i < coefficients.Length; i++)
        {
            hash |= coefficients[i] > median ? 1UL << i : 0;
        }

        return hash;
    }

    private static float[] Normalise(float[] thumbnail)
    {
        var mean = thumbnail.Average();
        for (var i = 0; i < thumbnail.Length; i++)
        {
            thumbnail[i] -= mean;
        }

        var length = MathF.Sqrt(Dot(thumbnail, thumbnail));

        // What is left of a constant image is rounding, not structure.
        if (length < 1e-4f)
        {
            Array.Clear(thumbnail);
        }
        else
        {
            Divide(thumbnail, length);
        }

        return thumbnail;
    }

    // Bilinear with antialiasing: first the columns' number changes, then the rows'.
    private static float[] Resize(float[] plane, int height, int width, int side)
    {
        var narrow = ResizeRows(plane, height, width, side);
        return Transpose(ResizeRows(Transpose(narrow, height, side), side, height, side), side, side);
    }

    private static float[] ResizeRows(float[] plane, int height, int width, int side)
    {
        var result = new float[height * side];
        var scale = (double)width / side;
        var reach = Math.Max(1, scale);
        for (var x = 0; x < side; x++)
        {
            var centre = (x + 0.5) * scale - 0.5;
            var first = Math.Max(0, (int)Math.Ceiling(centre - reach));
            var last = Math.Min(width - 1, (int)Math.Floor(centre + reach));
            var weights = new float[last - first + 1];
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i] = (float)Math.Max(0, 1 - Math.Abs(first + i - centre) / reach);
            }

            Divide(weights, weights.Sum());
            for (var y = 0; y < height; y++)
            {
                result[y * side + x] = Dot(plane.AsSpan(y * width + first, weights.Length), weights);
            }
        }

        return result;
    }

    private static float[] Transpose(float[] plane, int height, int width)
    {
        var result = new float[plane.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                result[x * height + y] = plane[y * width + x];
            }
        }

        return result;
    }

    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0f;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    private static void Divide(float[] values, float divisor)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] /= divisor;
        }
    }
}
