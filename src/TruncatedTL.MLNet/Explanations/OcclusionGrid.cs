using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Explanations;

/// <summary>Where patches cover the network's input: along each axis every stride pixels, the last one flush with the border.</summary>
internal sealed class OcclusionGrid
{
    private const int MostPositions = 1_000_000;

    private readonly IReadOnlyList<int> _input;
    private readonly int[] _patch;

    // First pixel of each patch, per axis.
    private readonly int[][] _starts;

    private OcclusionGrid(IReadOnlyList<int> input, int[] patch, int[][] starts)
    {
        _input = input;
        _patch = patch;
        _starts = starts;
    }

    /// <summary>Number of patches along each axis.</summary>
    public IReadOnlyList<int> Shape => [.. _starts.Select(starts => starts.Length)];

    private int Count => _starts.Aggregate(1, (product, starts) => product * starts.Length);

    /// <summary>Lays out the patches.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length or the batch is out of its range, or there would be too many patches.</exception>
    public static OcclusionGrid Create(IReadOnlyList<int> input, int channels, OcclusionOptions options)
    {
        var share = input.Count == 2 ? 8 : 4;
        int[] patch = [.. options.PatchSize ?? [.. input.Select(length => (length + share - 1) / share)]];
        Require(patch, input, nameof(OcclusionOptions.PatchSize), "the image's length");
        int[] stride = [.. options.Stride ?? [.. patch.Select(length => (length + 1) / 2)]];
        Require(stride, patch, nameof(OcclusionOptions.Stride), "the patch's length, so that every pixel is covered once");
        if (options.Fill is { } fill && !float.IsFinite(fill))
        {
            throw new ArgumentOutOfRangeException(nameof(OcclusionOptions.Fill), fill, "The fill must be a finite number.");
        }

        var values = input.Aggregate((long)channels, (product, length) => product * length);
        if (options.BatchSize < 1 || values * options.BatchSize > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(nameof(OcclusionOptions.BatchSize), options.BatchSize, $"The batch must hold at least 1 image and at most {Array.MaxLength} values; one image has {values}.");
        }

        var starts = input.Select((length, axis) => Starts(length, patch[axis], stride[axis])).ToArray();
        if (starts.Aggregate(1.0, (product, axis) => product * axis.Length) > MostPositions)
        {
            throw new ArgumentOutOfRangeException(nameof(OcclusionOptions.Stride), string.Join(" x ", stride), $"There would be more than {MostPositions} patches; take longer strides.");
        }

        return new OcclusionGrid(input, patch, starts);
    }

    /// <summary>How far the class's logit falls under each patch.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">A normalised image, [1, C, ...].</param>
    /// <param name="fill">What covers it, [C, 1, ...].</param>
    /// <param name="decision">The class, and its logit for the whole image.</param>
    /// <param name="options">Batch and cancellation.</param>
    public float[] Falls(TransferNetwork network, Tensor image, Tensor fill, ClassDecision decision, OcclusionOptions options)
    {
        var falls = new float[Count];
        for (var start = 0; start < falls.Length; start += options.BatchSize)
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var count = Math.Min(options.BatchSize, falls.Length - start);
            var batch = image.repeat([count, .. Enumerable.Repeat(1L, (int)image.dim() - 1)]);
            for (var i = 0; i < count; i++)
            {
                Cover(batch[i], start + i).copy_(fill);
            }

            var logits = network.Forward(batch, training: false).select(1, decision.Output).contiguous().data<float>().ToArray();
            for (var i = 0; i < count; i++)
            {
                falls[start + i] = decision.Logit - (decision.Sign * logits[i]);
            }
        }

        return Array.TrueForAll(falls, float.IsFinite)
            ? falls
            : throw new InvalidOperationException("The network's logits for the covered image are not finite numbers; there is nothing to explain.");
    }

    /// <summary>The mean fall over the patches that cover each pixel, in the size of the network's input.</summary>
    public float[] Spread(float[] falls)
    {
        var sums = new double[_input.Aggregate(1, (product, length) => product * length)];
        var counts = new int[sums.Length];
        for (var index = 0; index < falls.Length; index++)
        {
            Visit(Corner(index), (first, length) =>
            {
                for (var pixel = first; pixel < first + length; pixel++)
                {
                    sums[pixel] += falls[index];
                    counts[pixel]++;
                }
            });
        }

        return [.. sums.Select((sum, pixel) => (float)(sum / counts[pixel]))];
    }

    private static void Require(int[] lengths, IReadOnlyList<int> limits, string option, string limit)
    {
        if (lengths.Length != limits.Count || lengths.Where((length, axis) => length < 1 || length > limits[axis]).Any())
        {
            throw new ArgumentOutOfRangeException(option, string.Join(" x ", lengths), $"{option} must give {limits.Count} lengths from 1 to {limit} ({string.Join(" x ", limits)}).");
        }
    }

    private static int[] Starts(int length, int patch, int stride)
    {
        var regular = Enumerable.Range(0, ((length - patch) / stride) + 1).Select(i => i * stride);
        return (length - patch) % stride == 0 ? [.. regular] : [.. regular, length - patch];
    }

    private int[] Corner(int index)
    {
        var corner = new int[_starts.Length];
        for (var axis = corner.Length - 1; axis >= 0; axis--)
        {
            corner[axis] = _starts[axis][index % _starts[axis].Length];
            index /= _starts[axis].Length;
        }

        return corner;
    }

    private Tensor Cover(Tensor image, int index)
    {
        var corner = Corner(index);
        for (var axis = 0; axis < corner.Length; axis++)
        {
            image = image.narrow(axis + 1, corner[axis], _patch[axis]);
        }

        return image;
    }

    // The patch as runs of neighbouring pixels.
    private void Visit(int[] corner, Action<int, int> run)
    {
        var (depthStart, depth) = corner.Length == 3 ? (corner[0], _patch[0]) : (0, 1);
        var (height, width) = (_input[^2], _input[^1]);
        for (var z = depthStart; z < depthStart + depth; z++)
        {
            for (var y = corner[^2]; y < corner[^2] + _patch[^2]; y++)
            {
                run((((z * height) + y) * width) + corner[^1], _patch[^1]);
            }
        }
    }
}
