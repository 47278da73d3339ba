using System.Text;

namespace TruncatedTL.MLNet.Weights;

/// <summary>
/// How the tensors of a weights file fit a network, name by name. Every tensor of the network stands in exactly one of
/// <see cref="Matched"/>, <see cref="Adapted"/>, <see cref="Missing"/> and <see cref="Misshapen"/>; every tensor of the
/// file that corresponds to none of the network's stands in <see cref="Unexpected"/>.
/// </summary>
public sealed class KeyMatchReport
{
    private const int ShownNames = 10;

    internal KeyMatchReport()
    {
    }

    /// <summary>Tensors taken from the file as they are (at most converted to another element type), by the network's names.</summary>
    public IReadOnlyList<string> Matched { get; internal init; } = [];

    /// <summary>Tensors of the network that the file does not have.</summary>
    public IReadOnlyList<string> Missing { get; internal init; } = [];

    /// <summary>
    /// Tensors of the file that the network has no use for, by the file's names. A network that is cut off early has
    /// many, which is no fault.
    /// </summary>
    public IReadOnlyList<string> Unexpected { get; internal init; } = [];

    /// <summary>Tensors that the file has with another shape.</summary>
    public IReadOnlyList<ShapeMismatch> Misshapen { get; internal init; } = [];

    /// <summary>
    /// Tensors that were changed to fit, set to zero, or left at their initial values on purpose: a first convolution for
    /// other input channels, batch counters that old files lack, a head for other classes.
    /// </summary>
    public IReadOnlyList<AdaptedTensor> Adapted { get; internal init; } = [];

    /// <summary>What the file's names had in front that the network's lack, such as <c>module.</c>; empty for nothing.</summary>
    public string RemovedPrefix { get; internal init; } = string.Empty;

    /// <summary>
    /// The network that the file looks like it is for, judged by names and shapes; null where that is not recognised or
    /// everything fits.
    /// </summary>
    public string? LooksLike { get; internal init; }

    /// <summary>Whether nothing is missing and nothing has a wrong shape.</summary>
    public bool IsComplete => Missing.Count == 0 && Misshapen.Count == 0;

    /// <summary>The file, for the summary.</summary>
    internal string? FileName { get; init; }

    /// <summary>A readable summary in several lines: counts, and the first ten names of each list.</summary>
    public override string ToString()
    {
        var total = Matched.Count + Adapted.Count + Missing.Count + Misshapen.Count;
        var text = new StringBuilder();
        text.Append(FileName is null ? "Weights" : $"Weights of '{FileName}'");
        text.Append($": {Matched.Count} of {total} tensors matched, {Adapted.Count} adapted, {Missing.Count} missing, ");
        text.Append($"{Misshapen.Count} with another shape, {Unexpected.Count} unexpected.");
        if (RemovedPrefix.Length > 0)
        {
            AppendLine(text, $"The file's names were read without {DisplayText.Quote(RemovedPrefix)}.");
        }

        foreach (var group in Adapted.GroupBy(tensor => tensor.Adaptation))
        {
            AppendList(text, $"{group.Key}: ", [.. group.Select(tensor => DisplayText.Clean(tensor.Name))]);
        }

        AppendList(text, $"Missing ({Missing.Count}): ", [.. Missing.Select(DisplayText.Clean)]);
        AppendList(text, $"Another shape ({Misshapen.Count}): ", [.. Misshapen.Select(mismatch => mismatch.ToString())], "; ");
        AppendList(text, $"Unexpected ({Unexpected.Count}): ", [.. Unexpected.Select(DisplayText.Clean)]);
        if (Matched.Count == 0 && total > 0)
        {
            AppendLine(text, "Nothing fits: the file is for another network.");
        }

        if (LooksLike is not null)
        {
            AppendLine(text, $"The file looks like {LooksLike}.");
        }

        return text.ToString();
    }

    private static void AppendList(StringBuilder text, string heading, IReadOnlyList<string> items, string separator = ", ")
    {
        if (items.Count == 0)
        {
            return;
        }

        var shown = string.Join(separator, items.Take(ShownNames));
        var rest = items.Count > ShownNames ? $" and {items.Count - ShownNames} more" : string.Empty;
        AppendLine(text, heading + shown + rest);
    }

    private static void AppendLine(StringBuilder text, string line) => text.Append("\n  ").Append(line);
}
