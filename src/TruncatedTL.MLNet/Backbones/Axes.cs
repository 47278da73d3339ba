namespace TruncatedTL.MLNet.Backbones;

/// <summary>Per-axis values, so that a definition reads the same in 2D and 3D.</summary>
internal static class Axes
{
    /// <summary>The same value on each of <paramref name="rank"/> axes.</summary>
    public static IReadOnlyList<int> Same(int rank, int value) => Enumerable.Repeat(value, rank).ToArray();

    /// <summary>Output length of a convolution or pooling window (floor), the same formula on every axis.</summary>
    public static long[] Windowed(
        IReadOnlyList<long> spatial,
        IReadOnlyList<int> kernel,
        IReadOnlyList<int> stride,
        IReadOnlyList<int> padding,
        IReadOnlyList<int>? dilation = null)
    {
        if (spatial.Count != kernel.Count)
        {
            throw new ArgumentException(
                $"The network works on {kernel.Count} spatial axes but the input has {spatial.Count} ({string.Join("x", spatial)}).",
                nameof(spatial));
        }

        var output = new long[spatial.Count];
        for (var axis = 0; axis < output.Length; axis++)
        {
            var reach = (dilation?[axis] ?? 1) * (kernel[axis] - 1) + 1;
            var room = spatial[axis] + 2 * padding[axis] - reach;
            if (room < 0)
            {
                throw new ArgumentException(
                    $"The input ({string.Join("x", spatial)} at this layer) is smaller than the layer's window of {reach}; use larger images or an earlier cut.",
                    nameof(spatial));
            }

            output[axis] = room / stride[axis] + 1;
        }

        return output;
    }
}
