namespace TruncatedTL.MLNet.Backbones;

/// <summary>The shape of an activation without the batch: channels and spatial lengths (H, W or D, H, W).</summary>
internal readonly record struct FeatureShape(int Channels, IReadOnlyList<long> Spatial)
{
    public long Positions => Spatial.Aggregate(1L, (product, length) => product * length);

    public override string ToString() => $"[{Channels}, {string.Join(", ", Spatial)}]";
}

/// <summary>Counts a layer tree: output shape, trainable parameters, multiply-accumulates (convolutions only, as usual in the literature).</summary>
internal sealed class LayerCounter
{
    /// <summary>Trainable parameters met so far.</summary>
    public long Parameters { get; private set; }

    /// <summary>Multiply-accumulate operations met so far, for one image.</summary>
    public long Macs { get; private set; }

    /// <summary>Values that layers with weights, activations and pooling put out, for one image: about what training keeps for the backward pass.</summary>
    public long Activations { get; private set; }

    /// <summary>Walks <paramref name="layer"/> and returns the shape it gives for <paramref name="input"/>.</summary>
    public FeatureShape Apply(Layer layer, FeatureShape input)
    {
        switch (layer)
        {
            case Convolution c:
                RequireChannels(c.Name, c.InputChannels, input);
                var spatial = Axes.Windowed(input.Spatial, c.Kernel, c.Stride, c.Padding, c.Dilation);
                var output = new FeatureShape(c.OutputChannels, spatial);
                var weights = c.WeightShape.Aggregate(1L, (product, length) => product * length);
                Parameters += weights + (c.Bias ? c.OutputChannels : 0);
                Macs += weights * output.Positions;
                Activations += output.Channels * output.Positions;
                return output;
            case BatchNormalization n:
                RequireChannels(n.Name, n.Channels, input);
                Parameters += 2L * n.Channels;
                Activations += input.Channels * input.Positions;
                return input;
            case Pooling p:
                var pooled = input with { Spatial = Axes.Windowed(input.Spatial, p.Kernel, p.Stride, p.Padding) };
                Activations += pooled.Channels * pooled.Positions;
                return pooled;
            case GlobalAveragePooling:
                return input with { Spatial = input.Spatial.Select(_ => 1L).ToArray() };
            case ZeroPadChannels z:
                if (z.Channels < input.Channels)
                {
                    throw new InvalidOperationException($"{input.Channels} channels cannot be padded to {z.Channels}.");
                }

                return input with { Channels = z.Channels };
            case Activation:
                Activations += input.Channels * input.Positions;
                return input;
            case Sequence s:
                return s.Layers.Aggregate(input, (shape, next) => Apply(next, shape));
            case Branches b:
                return Combine(b, input);
            default:
                throw new InvalidOperationException($"The layer type {layer.GetType().Name} has no counting rule.");
        }
    }

    private FeatureShape Combine(Branches branches, FeatureShape input)
    {
        var shapes = branches.Paths.Select(path => Apply(path, input)).ToArray();
        if (branches.Combination == BranchCombination.Concatenate)
        {
            if (shapes.Any(s => !s.Spatial.SequenceEqual(shapes[0].Spatial)))
            {
                throw new InvalidOperationException($"Branches of different lengths cannot be concatenated: {string.Join(" | ", shapes)}.");
            }

            return shapes[0] with { Channels = shapes.Sum(s => s.Channels) };
        }

        if (branches.Combination == BranchCombination.Sum && shapes.Any(s => s.Channels != shapes[0].Channels || !s.Spatial.SequenceEqual(shapes[0].Spatial)))
        {
            throw new InvalidOperationException($"Branches of different shapes cannot be added: {string.Join(" + ", shapes)}.");
        }

        var largest = shapes.MaxBy(s => s.Positions);
        if (shapes.Any(s => s.Channels != largest.Channels || (s.Positions != 1 && !s.Spatial.SequenceEqual(largest.Spatial))))
        {
            throw new InvalidOperationException($"Branches of different shapes cannot be multiplied: {string.Join(" x ", shapes)}.");
        }

        return largest;
    }

    private static void RequireChannels(string name, int expected, FeatureShape input)
    {
        if (input.Channels != expected)
        {
            throw new InvalidOperationException($"Layer '{name}' is defined for {expected} channels but receives {input.Channels}.");
        }
    }
}
