using System.Globalization;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// A figure measured on a sample, with its interval; or, where the sample does not define the figure, the reason. An undefined
/// figure is never a number, so that it cannot slip into an average.
/// </summary>
/// <param name="Value">The figure; null where it is undefined.</param>
/// <param name="Interval">The confidence interval; null where there is none, see <paramref name="Note"/>.</param>
/// <param name="UndefinedReason">Why there is no figure; null where there is one.</param>
/// <param name="Note">What the reader must know: why there is no interval, or which classes an average leaves out; else null.</param>
public sealed record MetricEstimate(double? Value, ConfidenceInterval? Interval = null, string? UndefinedReason = null, string? Note = null)
{
    /// <summary>The figure with its interval, for instance <c>0.912 (95 % CI 0.871 to 0.942, DeLong)</c>, or the reason why there is none.</summary>
    public override string ToString()
    {
        if (Value is not { } value)
        {
            return $"undefined: {UndefinedReason}";
        }

        var text = value.ToString("0.000", CultureInfo.InvariantCulture);
        text = Interval is null ? text : $"{text} ({Interval})";
        return Note is null ? text : $"{text} [{Note}]";
    }
}
