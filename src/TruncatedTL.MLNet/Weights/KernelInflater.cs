namespace TruncatedTL.MLNet.Weights;

/// <summary>Makes kernels for volumes out of kernels for images, as <see cref="KernelInflation"/> defines.</summary>
internal static class KernelInflater
{
    private const int ImageRank = 4;
    private const int VolumeRank = 5;

    /// <summary>Whether a kernel [out, in, H, W] only lacks the axis D of the wanted one; the input channels may differ.</summary>
    public static bool CanInflate(IReadOnlyList<long> found, IReadOnlyList<long> expected) =>
        found.Count == ImageRank
        && expected.Count == VolumeRank
        && found.Concat(expected).All(length => length > 0)
        && found[0] == expected[0]
        && found[2] == expected[3]
        && found[3] == expected[4];

    /// <summary>The kernel [out, in, depth, H, W].</summary>
    /// <param name="kernel">The kernel [out, in, H, W].</param>
    /// <param name="depth">Length along D.</param>
    /// <param name="inflation">How.</param>
    public static TensorData Inflate(TensorData kernel, long depth, KernelInflation inflation)
    {
        var source = kernel.ToSingle(); // [out, in, H, W]
        var outputs = (int)kernel.Shape[0];
        var inputs = (int)kernel.Shape[1];
        var height = (int)kernel.Shape[2];
        var width = (int)kernel.Shape[3];
        var slices = checked((int)depth);
        var target = new float[checked(source.Length * slices)]; // [out, in, D, H, W]
        var area = height * width;
        for (var filter = 0; filter < outputs * inputs; filter++)
        {
            var from = source.AsSpan(filter * area, area);
            var to = target.AsSpan(filter * slices * area, slices * area);
            switch (inflation)
            {
                case KernelInflation.Average:
                    Repeat(from, to, slices);
                    break;
                case KernelInflation.AxialCoronalSagittal:
                    var isCube = slices == height && height == width;
                    Place(from, to, slices, height, width, isCube ? Normal(filter / inputs, outputs) : 0);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(inflation), inflation, "Unknown kernel inflation.");
            }
        }

        return TensorData.FromSingle([outputs, inputs, slices, height, width], target);
    }

    private static void Repeat(ReadOnlySpan<float> from, Span<float> to, int slices)
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = from[i % from.Length] / slices;
        }
    }

    // The axis on which an output channel's plane stands: D, H or W. The larger shares come first, as in the paper's code.
    private static int Normal(int output, int outputs)
    {
        var first = (outputs + 2) / 3;
        var second = (outputs + 1) / 3;
        return output < first ? 0 : output < first + second ? 1 : 2;
    }

    private static void Place(ReadOnlySpan<float> from, Span<float> to, int slices, int height, int width, int normal)
    {
        for (var row = 0; row < height; row++)
        {
            for (var column = 0; column < width; column++)
            {
                var (d, h, w) = normal switch
                {
                    0 => (slices / 2, row, column),
                    1 => (row, height / 2, column),
                    _ => (row, column, width / 2),
                };
                to[(((d * height) + h) * width) + w] = from[(row * width) + column];
            }
        }
    }
}
