using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Strategies;

/// <summary>The pretrained backbone, up to a cut or whole, is frozen; only the head is trained.</summary>
public sealed record LinearProbe : TransferStrategy
{
    /// <summary>Creates the strategy.</summary>
    /// <param name="cut">Where the probe is attached; null probes the whole backbone.</param>
    /// <exception cref="ArgumentException"><paramref name="cut"/> is empty or not a name (it has spaces, commas or brackets).</exception>
    public LinearProbe(string? cut = null)
    {
        Cut = cut is null ? null : RequireCut(cut, nameof(cut));
    }

    /// <summary>Where the probe is attached; null for the whole backbone. What lies above is deleted.</summary>
    public string? Cut { get; }

    /// <inheritdoc/>
    public override string Kind => "LinearProbe";

    /// <inheritdoc/>
    public override string ToString() => Described(Kind, Cut);

    internal override TransferPlan Resolve(Backbone backbone) => TransferPlan.Create(
        backbone,
        Cut is null ? backbone.Cuts[^1] : backbone.FindCut(Cut),
        pretrainedUnits: int.MaxValue,
        frozenUnits: int.MaxValue);
}
