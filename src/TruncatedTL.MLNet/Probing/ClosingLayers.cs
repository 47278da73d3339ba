using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Probing;

/// <summary>
/// The layers that only a network with this cut has between its last unit and its head: batch normalisation and ReLU inside a
/// dense block. The whole network has no weights for them. They start at scale 1 and shift 0 as in a network that ends there,
/// and take mean and variance of the same channels from the pretrained normalisation that reads them in the next unit; a network
/// that is trained at the cut would estimate both from its batches.
/// </summary>
internal sealed class ClosingLayers
{
    private readonly TransferNetwork _network;
    private readonly Dictionary<int, LayerRunner> _runners = [];

    /// <summary>Prepares the closing layers of a network's cuts. Tensors that it makes belong to the dispose scope of the caller.</summary>
    /// <param name="network">The network.</param>
    public ClosingLayers(TransferNetwork network)
    {
        _network = network;
        var units = network.Specification.Plan.Units;
        for (var index = 0; index < units.Count; index++)
        {
            if (units[index].Unit.Closing is { } layers)
            {
                // Where the network itself ends at such a cut, it has weights for them.
                _runners[index] = new LayerRunner(index == units.Count - 1 ? network.State : State(layers, units[index + 1].Unit.Body));
            }
        }
    }

    /// <summary>Applies the closing layers behind a unit to its output, [N, C, ...]; a new handle in any case.</summary>
    public Tensor Apply(int unit, Tensor features) => _runners.TryGetValue(unit, out var runner)
        ? runner.Apply(_network.Specification.Plan.Units[unit].Unit.Closing!, features, updateStatistics: false)
        : features.alias();

    private Dictionary<string, Tensor> State(Layer closing, Layer next)
    {
        var known = FirstNormalization(next);
        return ParameterSpecification.Of(closing).ToDictionary(parameter => parameter.Name, parameter => parameter.Kind switch
        {
            ParameterKind.RunningMean when Fits(parameter) => _network.State[$"{known!.Name}.running_mean"],
            ParameterKind.RunningVariance when Fits(parameter) => _network.State[$"{known!.Name}.running_var"],
            ParameterKind.NormalizationWeight or ParameterKind.RunningVariance => ones(parameter.Shape.ToArray(), ScalarType.Float32, _network.Device),
            _ => zeros(parameter.Shape.ToArray(), ScalarType.Float32, _network.Device),
        });

        bool Fits(ParameterSpecification parameter) => known?.Channels == parameter.Shape[0];
    }

    // The normalisation that reads what the unit reads; null if something else comes first.
    private static BatchNormalization? FirstNormalization(Layer layer) => layer switch
    {
        BatchNormalization normalization => normalization,
        Sequence { Layers: [var first, ..] } => FirstNormalization(first),
        Branches branches => branches.Paths.Select(FirstNormalization).FirstOrDefault(found => found is not null),
        _ => null,
    };
}
