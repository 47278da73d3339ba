using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Strategies;

/// <summary>
/// Layer-wise fine-tuning (Tajbakhsh et al. 2016): the whole pretrained backbone is kept, its bottom is frozen
/// (weights and batch-normalisation statistics), its top is fine-tuned.
/// </summary>
public sealed record LayerWiseFineTuning : TransferStrategy
{
    /// <summary>Creates the strategy.</summary>
    /// <param name="from">The last frozen unit; the units above it are trained.</param>
    /// <exception cref="ArgumentException"><paramref name="from"/> is null, empty or not a name (it has spaces, commas or brackets).</exception>
    public LayerWiseFineTuning(string from)
    {
        From = RequireCut(from, nameof(from));
    }

    /// <summary>The last frozen unit.</summary>
    public string From { get; }

    /// <inheritdoc/>
    public override string Kind => "LayerWise";

    /// <inheritdoc/>
    public override string ToString() => Described(Kind, From);

    internal override TransferPlan Resolve(Backbone backbone) => TransferPlan.Create(
        backbone,
        backbone.Cuts[^1],
        pretrainedUnits: int.MaxValue,
        frozenUnits: backbone.FindCut(From).Index);
}
