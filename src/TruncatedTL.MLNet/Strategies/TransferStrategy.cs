using System.Globalization;
using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Strategies;

/// <summary>
/// How a pretrained backbone is carried over to a new task: which units keep their weights, which are frozen, slimmed or
/// deleted. A strategy is a value; it knows neither images nor classes and can be compared, printed and parsed.
/// </summary>
/// <remarks>
/// Definitions follow Peng et al., "Rethinking Transfer Learning for Medical Image Classification" (arXiv 2106.05152).
/// A cut is written with torchvision's module path, e.g. <c>layer3.2</c>; see <see cref="Backbone.Cuts"/>.
/// </remarks>
public abstract record TransferStrategy
{
    private protected TransferStrategy()
    {
    }

    /// <summary>Short name of the kind of strategy, e.g. <c>Truncated</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>True if the strategy starts from pretrained weights and therefore cannot do without them.</summary>
    public virtual bool NeedsPretrainedWeights => true;

    /// <summary>Everything is pretrained and everything is trained (full transfer learning).</summary>
    public static FullTransfer Full() => new();

    /// <summary>Everything pretrained is frozen, only the head is trained.</summary>
    /// <param name="cut">Where the probe is attached; null probes the whole backbone.</param>
    public static LinearProbe LinearProbe(string? cut = null) => new(cut);

    /// <summary>Everything is pretrained; the units up to and including <paramref name="from"/> are frozen, those above and the head are trained.</summary>
    /// <param name="from">The last frozen unit.</param>
    public static LayerWiseFineTuning LayerWise(string from) => new(from);

    /// <summary>Pretrained up to <paramref name="keep"/>; above it the same design with slimmer widths and random weights; all is trained.</summary>
    /// <param name="keep">The last unit with pretrained weights and original width.</param>
    /// <param name="slim">Divisor of the widths above, greater than 1.</param>
    public static TransFusion TransFusion(string keep, double slim = 2) => new(keep, slim);

    /// <summary>Pretrained up to <paramref name="cut"/>, everything above deleted; what is left and the head are trained.</summary>
    /// <param name="cut">The last unit that is kept.</param>
    public static TruncatedTransfer Truncated(string cut) => new(cut);

    /// <summary>Random weights, everything trained: the control.</summary>
    /// <param name="cut">Where the network ends; null trains the whole backbone.</param>
    public static FromScratch FromScratch(string? cut = null) => new(cut);

    /// <summary>
    /// What a comparison usually shows besides truncation and full transfer: a linear probe, layer-wise fine-tuning and TransFusion from the end of the last stage but one, and the control from scratch.
    /// </summary>
    /// <param name="backbone">Registered name of the backbone, see <see cref="BackboneNames"/>.</param>
    /// <exception cref="ArgumentException">There is no such backbone.</exception>
    public static IReadOnlyList<TransferStrategy> ForComparison(string backbone)
    {
        var cuts = Backbone.Create(backbone).Cuts;
        var stages = cuts.Select(cut => cut.Stage).Distinct().ToArray();
        var middle = cuts.Last(cut => cut.Stage == stages[^2]).Name;
        return [LinearProbe(), LayerWise(middle), TransFusion(middle), FromScratch()];
    }

    /// <summary>Reads what <see cref="object.ToString"/> writes, e.g. <c>Truncated(layer3.2)</c> or <c>TransFusion(layer3.5, slim=2)</c>; case does not matter.</summary>
    /// <exception cref="FormatException">The text is not a strategy.</exception>
    /// <exception cref="ArgumentException">The text is a strategy with an argument out of range.</exception>
    public static TransferStrategy Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var written = text.Trim();
        var open = written.IndexOf('(', StringComparison.Ordinal);
        if ((open >= 0) != written.EndsWith(')'))
        {
            throw NotAStrategy(text);
        }

        var kind = (open < 0 ? written : written[..open].TrimEnd()).ToLowerInvariant();
        var inside = open < 0 ? string.Empty : written[(open + 1)..^1].Trim();
        var arguments = inside.Length == 0 ? [] : inside.Split(',', StringSplitOptions.TrimEntries);
        if (arguments.Any(argument => argument.Length == 0 || argument.AsSpan().ContainsAny('(', ')')))
        {
            throw NotAStrategy(text);
        }

        return (kind, arguments) switch
        {
            ("full" or "fulltransfer", []) => Full(),
            ("linearprobe" or "probe", []) => LinearProbe(),
            ("linearprobe" or "probe", [var cut]) => LinearProbe(cut),
            ("layerwise", [var from]) => LayerWise(from),
            ("transfusion", [var keep]) => TransFusion(keep),
            ("transfusion", [var keep, var slim]) => TransFusion(keep, ParseSlim(slim, text)),
            ("truncated", [var cut]) => Truncated(cut),
            ("fromscratch" or "scratch", []) => FromScratch(),
            ("fromscratch" or "scratch", [var cut]) => FromScratch(cut),
            _ => throw NotAStrategy(text),
        };
    }

    /// <summary>Applies the strategy to a backbone.</summary>
    /// <exception cref="CutNotFoundException">The strategy names a cut that the backbone does not have.</exception>
    internal abstract TransferPlan Resolve(Backbone backbone);

    private protected static string Described(string kind, params string?[] arguments)
    {
        var given = arguments.Where(a => a is not null).ToArray();
        return given.Length == 0 ? kind : $"{kind}({string.Join(", ", given)})";
    }

    private protected static string RequireCut(string cut, string parameterName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(cut, parameterName);

        // No cut is called so, and what is written could not be read back.
        if (cut.Any(letter => char.IsWhiteSpace(letter) || letter is ',' or '(' or ')'))
        {
            throw new ArgumentException($"'{cut}' is not the name of a cut: spaces, commas and brackets do not occur in one.", parameterName);
        }

        return cut;
    }

    private static double ParseSlim(string argument, string text)
    {
        var (name, number) = argument.Split('=', StringSplitOptions.TrimEntries) switch
        {
            [var value] => ("slim", value),
            [var key, var value] => (key, value),
            _ => throw NotAStrategy(text),
        };
        return name.Equals("slim", StringComparison.OrdinalIgnoreCase)
            && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var slim) ? slim : throw NotAStrategy(text);
    }

    private static FormatException NotAStrategy(string text) =>
        new($"'{text}' is not a transfer strategy. Write one of Full, LinearProbe, LinearProbe(cut), LayerWise(from), TransFusion(keep, slim=2), Truncated(cut), FromScratch, FromScratch(cut).");
}
