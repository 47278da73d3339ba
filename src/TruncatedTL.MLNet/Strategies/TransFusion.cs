using System.Globalization;
using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Strategies;

/// <summary>
/// TransFusion (Raghu et al. 2019, arXiv 1902.07208): pretrained weights up to a unit, above it the same design with
/// slimmer widths and random weights; everything is trained. Running statistics travel with the pretrained weights.
/// </summary>
public sealed record TransFusion : TransferStrategy
{
    /// <summary>Creates the strategy.</summary>
    /// <param name="keep">The last unit with pretrained weights and original width.</param>
    /// <param name="slim">Divisor of the widths above it, greater than 1 and at most 64.</param>
    /// <exception cref="ArgumentException"><paramref name="keep"/> is null, empty or not a name (it has spaces, commas or brackets).</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="slim"/> is out of range.</exception>
    public TransFusion(string keep, double slim = 2)
    {
        Keep = RequireCut(keep, nameof(keep));
        if (!(slim > 1 && slim <= 64))
        {
            throw new ArgumentOutOfRangeException(nameof(slim), slim, "The divisor of the widths must be greater than 1 and at most 64.");
        }

        Slim = slim;
    }

    /// <summary>The last unit with pretrained weights and original width.</summary>
    public string Keep { get; }

    /// <summary>Divisor of the widths above <see cref="Keep"/>.</summary>
    public double Slim { get; }

    /// <inheritdoc/>
    public override string Kind => "TransFusion";

    /// <inheritdoc/>
    public override string ToString() => Described(Kind, Keep, $"slim={Slim.ToString(CultureInfo.InvariantCulture)}");

    internal override TransferPlan Resolve(Backbone backbone)
    {
        var keep = backbone.FindCut(Keep);
        var slimmed = backbone.SlimmedAbove(keep, Slim);
        return TransferPlan.Create(slimmed, slimmed.Cuts[^1], pretrainedUnits: keep.Index, frozenUnits: 0);
    }
}
