using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Strategies;

/// <summary>Full transfer learning: the whole pretrained backbone, all of it fine-tuned.</summary>
public sealed record FullTransfer : TransferStrategy
{
    /// <inheritdoc/>
    public override string Kind => "Full";

    /// <inheritdoc/>
    public override string ToString() => Described(Kind);

    internal override TransferPlan Resolve(Backbone backbone) =>
        TransferPlan.Create(backbone, backbone.Cuts[^1], pretrainedUnits: int.MaxValue, frozenUnits: 0);
}
