using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Strategies;

/// <summary>The control: random weights, everything trained, up to a cut or whole.</summary>
public sealed record FromScratch : TransferStrategy
{
    /// <summary>Creates the strategy.</summary>
    /// <param name="cut">The last unit of the network; null takes the whole backbone.</param>
    /// <exception cref="ArgumentException"><paramref name="cut"/> is empty or not a name (it has spaces, commas or brackets).</exception>
    public FromScratch(string? cut = null)
    {
        Cut = cut is null ? null : RequireCut(cut, nameof(cut));
    }

    /// <summary>The last unit of the network; null for the whole backbone.</summary>
    public string? Cut { get; }

    /// <inheritdoc/>
    public override string Kind => "FromScratch";

    /// <inheritdoc/>
    public override bool NeedsPretrainedWeights => false;

    /// <inheritdoc/>
    public override string ToString() => Described(Kind, Cut);

    internal override TransferPlan Resolve(Backbone backbone) => TransferPlan.Create(
        backbone,
        Cut is null ? backbone.Cuts[^1] : backbone.FindCut(Cut),
        pretrainedUnits: 0,
        frozenUnits: 0);
}
