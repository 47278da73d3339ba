namespace TruncatedTL.MLNet.Backbones;

/// <summary>What kind of tensor a name stands for: it decides initialisation, training and weight decay.</summary>
internal enum ParameterKind
{
    ConvolutionWeight,
    NormalizationWeight,
    Bias,
    RunningMean,
    RunningVariance,
    BatchCount,
    LinearWeight,
}

/// <summary>A named tensor of a network, as PyTorch's state dictionary lists it.</summary>
internal sealed record ParameterSpecification(string Name, IReadOnlyList<long> Shape, ParameterKind Kind)
{
    /// <summary>True for what an optimiser may change; false for the buffers of batch normalisation.</summary>
    public bool IsTrainable => Kind is not (ParameterKind.RunningMean or ParameterKind.RunningVariance or ParameterKind.BatchCount);

    /// <summary>The tensors of a layer tree in definition order (PyTorch's order for the networks here).</summary>
    public static IEnumerable<ParameterSpecification> Of(Layer layer) => layer switch
    {
        Convolution c => OfConvolution(c),
        BatchNormalization n =>
        [
            new($"{n.Name}.weight", [n.Channels], ParameterKind.NormalizationWeight),
            new($"{n.Name}.bias", [n.Channels], ParameterKind.Bias),
            new($"{n.Name}.running_mean", [n.Channels], ParameterKind.RunningMean),
            new($"{n.Name}.running_var", [n.Channels], ParameterKind.RunningVariance),
            new($"{n.Name}.num_batches_tracked", [], ParameterKind.BatchCount),
        ],
        Sequence s => s.Layers.SelectMany(Of),
        Branches b => b.Paths.SelectMany(Of),
        _ => [],
    };

    private static IEnumerable<ParameterSpecification> OfConvolution(Convolution convolution)
    {
        yield return new($"{convolution.Name}.weight", convolution.WeightShape, ParameterKind.ConvolutionWeight);
        if (convolution.Bias)
        {
            yield return new($"{convolution.Name}.bias", [convolution.OutputChannels], ParameterKind.Bias);
        }
    }
}
