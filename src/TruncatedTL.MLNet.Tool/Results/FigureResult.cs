namespace TruncatedTL.MLNet.Tool.Results;

/// <summary>A figure with its interval.</summary>
internal sealed record FigureResult(string Name, double? Value, double? Lower, double? Upper, string? Method, string? Note)
{
    /// <summary>The figures of an evaluation.</summary>
    public static IReadOnlyList<FigureResult> Of(object metrics) =>
    [
        .. Tables.Figures(metrics).Select(figure => new FigureResult(
            figure.Name,
            figure.Estimate.Value,
            figure.Estimate.Interval?.Lower,
            figure.Estimate.Interval?.Upper,
            figure.Estimate.Interval?.Method.ToString(),
            figure.Estimate.UndefinedReason ?? figure.Estimate.Note)),
    ];
}
