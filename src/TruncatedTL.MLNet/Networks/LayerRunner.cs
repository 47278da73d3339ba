using TorchSharp;
using TruncatedTL.MLNet.Backbones;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TruncatedTL.MLNet.Networks;

/// <summary>
/// Computes a layer tree with TorchSharp. It disposes each intermediate as soon as the next is computed: autograd keeps
/// what it needs itself, so this bounds memory in inference and costs nothing in training. It computes in the type of the input: convolutions
/// convert their weights to it, and the gradient comes back in the weights' own type; normalisation keeps statistics, weights and sums in float32.
/// </summary>
/// <param name="state">Parameters and buffers by name.</param>
internal sealed class LayerRunner(IReadOnlyDictionary<string, Tensor> state)
{
    /// <summary>Applies <paramref name="layer"/> to <paramref name="input"/>, [N, C, ...]. The input stays the caller's; the result is new unless the layer is the identity.</summary>
    /// <param name="layer">The layer tree.</param>
    /// <param name="input">Activations, [N, C, ...].</param>
    /// <param name="updateStatistics">Batch normalisation uses and records the batch's statistics; otherwise the running ones.</param>
    public Tensor Apply(Layer layer, Tensor input, bool updateStatistics) => Apply(layer, input, updateStatistics, mayOverwrite: false);

    private Tensor Apply(Layer layer, Tensor input, bool updateStatistics, bool mayOverwrite) => layer switch
    {
        Convolution c => Convolve(c, input),
        BatchNormalization n => Normalize(n, input, updateStatistics),
        Activation a => Activate(a.Kind, input, mayOverwrite),
        Pooling p => Pool(p, input),
        GlobalAveragePooling => input.mean(Enumerable.Range(2, (int)input.dim() - 2).Select(axis => (long)axis).ToArray(), keepdim: true),
        ZeroPadChannels z => PadChannels(z, input),
        Sequence s => RunSequence(s, input, updateStatistics, mayOverwrite),
        Branches b => RunBranches(b, input, updateStatistics),
        _ => throw new InvalidOperationException($"The layer type {layer.GetType().Name} has no TorchSharp rule."),
    };

    private Tensor RunSequence(Sequence sequence, Tensor input, bool updateStatistics, bool mayOverwrite)
    {
        var current = input;
        foreach (var layer in sequence.Layers)
        {
            var next = Apply(layer, current, updateStatistics, mayOverwrite);
            if (ReferenceEquals(next, current))
            {
                mayOverwrite &= !KeepsItsOutput(layer);
                continue;
            }

            if (!ReferenceEquals(current, input))
            {
                current.Dispose();
            }

            current = next;
            mayOverwrite = !KeepsItsOutput(layer);
        }

        return current;
    }

    // The gradient of an activation reads what it put out; nothing after it may change that.
    private static bool KeepsItsOutput(Layer layer) =>
        layer is Activation || (layer is Sequence { Layers: [.., var last] } && KeepsItsOutput(last));

    private Tensor RunBranches(Branches branches, Tensor input, bool updateStatistics)
    {
        var results = branches.Paths.Select(path => Apply(path, input, updateStatistics)).ToArray();
        Tensor combined;
        if (branches.Combination == BranchCombination.Concatenate)
        {
            combined = cat(results, dim: 1);
        }
        else
        {
            combined = results[0];
            for (var i = 1; i < results.Length; i++)
            {
                var next = branches.Combination == BranchCombination.Sum ? combined.add(results[i], Scalars.One) : combined * results[i];
                if (i > 1)
                {
                    combined.Dispose();
                }

                combined = next;
            }
        }

        foreach (var result in results.Where(r => !ReferenceEquals(r, input) && !ReferenceEquals(r, combined)))
        {
            result.Dispose();
        }

        return combined;
    }

    private Tensor Convolve(Convolution c, Tensor input)
    {
        var weight = state[$"{c.Name}.weight"];
        var bias = c.Bias ? state[$"{c.Name}.bias"] : null;
        if (weight.dtype == input.dtype)
        {
            return Convolve(c, input, weight, bias);
        }

        if (input.device.type == DeviceType.CPU && input.shape.Skip(2).Min() < SmallestReducedLength(c.Kernel.Count))
        {
            using var single = input.to(weight.dtype);
            using var result = Convolve(c, single, weight, bias);
            return result.to(input.dtype);
        }

        using var convertedWeight = weight.to(input.dtype);
        using var convertedBias = bias?.to(input.dtype);
        return Convolve(c, input, convertedWeight, convertedBias);
    }

    // On shorter maps libtorch 2.10 (oneDNN), on a processor, reads memory that nothing has written when it computes the gradient of weights in bfloat16:
    // seen with 1 pixel at stride 2, 1 voxel at stride 2 and 2 voxels at stride 1. They cost little.
    private static int SmallestReducedLength(int rank) => rank == 2 ? 2 : 4;

    private static Tensor Convolve(Convolution c, Tensor input, Tensor weight, Tensor? bias) =>
        c.Kernel.Count switch
        {
            2 => functional.conv2d(input, weight, bias, Longs(c.Stride), Longs(c.Padding), Longs(c.Dilation), c.Groups),
            3 => functional.conv3d(input, weight, bias, Longs(c.Stride), Longs(c.Padding), Longs(c.Dilation), c.Groups),
            var rank => throw new InvalidOperationException($"Convolution '{c.Name}' has {rank} spatial axes; 2 and 3 are supported."),
        };

    private Tensor Normalize(BatchNormalization n, Tensor input, bool updateStatistics)
    {
        if (updateStatistics)
        {
            // libtorch would divide by zero and leave a running variance of NaN behind without a word.
            if (input.numel() == input.shape[1])
            {
                throw new InvalidOperationException(
                    $"Batch normalisation '{n.Name}' sees one value per channel ([{string.Join(", ", input.shape)}]) and cannot learn a variance from it; train with at least 2 images in every batch, larger images or an earlier cut.");
            }

            state[$"{n.Name}.num_batches_tracked"].add_(Scalars.One, Scalars.One);
        }

        return functional.batch_norm(
            input,
            state[$"{n.Name}.running_mean"],
            state[$"{n.Name}.running_var"],
            state[$"{n.Name}.weight"],
            state[$"{n.Name}.bias"],
            updateStatistics,
            n.Momentum,
            n.Epsilon);
    }

    private static Tensor Activate(ActivationKind kind, Tensor input, bool inPlace) => kind switch
    {
        ActivationKind.Relu => inPlace ? input.relu_() : input.relu(),
        ActivationKind.Relu6 => functional.relu6(input, inPlace),
        // The gradients of these two read their input, so they never overwrite it.
        ActivationKind.Silu => functional.silu(input),
        ActivationKind.Sigmoid => input.sigmoid(),
        _ => throw new InvalidOperationException($"The activation {kind} has no TorchSharp rule."),
    };

    private static Tensor Pool(Pooling p, Tensor input) => (p.Kind, p.Kernel.Count) switch
    {
        (PoolingKind.Max, 2) => functional.max_pool2d(input, Longs(p.Kernel), Longs(p.Stride), Longs(p.Padding)),
        (PoolingKind.Max, 3) => functional.max_pool3d(input, Longs(p.Kernel), Longs(p.Stride), Longs(p.Padding)),
        (PoolingKind.Average, 2) => functional.avg_pool2d(input, Longs(p.Kernel), Longs(p.Stride), Longs(p.Padding)),
        (PoolingKind.Average, 3) when input.dtype != ScalarType.Float32 => PoolInSingle(p, input),
        (PoolingKind.Average, 3) => functional.avg_pool3d(input, Longs(p.Kernel), Longs(p.Stride), Longs(p.Padding)),
        var (kind, rank) => throw new InvalidOperationException($"{kind} pooling over {rank} axes is not supported."),
    };

    // libtorch averages volumes on a processor in float32 only.
    private static Tensor PoolInSingle(Pooling p, Tensor input)
    {
        using var single = input.to(ScalarType.Float32);
        using var pooled = Pool(p, single);
        return pooled.to(input.dtype);
    }

    private static Tensor PadChannels(ZeroPadChannels z, Tensor input)
    {
        var shape = input.shape;
        shape[1] = z.Channels - shape[1];
        using var zeros = torch.zeros(shape, input.dtype, input.device);
        return cat([input, zeros], dim: 1);
    }

    private static long[] Longs(IReadOnlyList<int> values) => values.Select(v => (long)v).ToArray();
}
