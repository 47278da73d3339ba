using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Strategies;

/// <summary>
/// TruncatedTL (Peng et al. 2021, arXiv 2106.05152): the pretrained units up to a cut are kept and fine-tuned with the head,
/// the units above are deleted: they are neither in memory nor in the saved model.
/// </summary>
public sealed record TruncatedTransfer : TransferStrategy
{
    /// <summary>Creates the strategy.</summary>
    /// <param name="cut">The last unit that is kept.</param>
    /// <exception cref="ArgumentException"><paramref name="cut"/> is null, empty or not a name (it has spaces, commas or brackets).</exception>
    public TruncatedTransfer(string cut)
    {
        Cut = RequireCut(cut, nameof(cut));
    }

    /// <summary>The last unit that is kept.</summary>
    public string Cut { get; }

    /// <inheritdoc/>
    public override string Kind => "Truncated";

    /// <inheritdoc/>
    public override string ToString() => Described(Kind, Cut);

    internal override TransferPlan Resolve(Backbone backbone) =>
        TransferPlan.Create(backbone, backbone.FindCut(Cut), pretrainedUnits: int.MaxValue, frozenUnits: 0);
}
