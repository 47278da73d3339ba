using System.Globalization;
using Spectre.Console;
using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Tool.Results;

/// <summary>Writes figures for people.</summary>
internal static class Tables
{
    /// <summary>A table with a heading for each column.</summary>
    public static Table Create(params string[] headings)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(new Text(heading)) { NoWrap = true });
        }

        return table;
    }

    /// <summary>Adds a row of plain texts.</summary>
    public static void Add(this Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    /// <summary>Writes names and values, one pair a line.</summary>
    public static void Facts(ToolConsole console, params (string Name, string? Value)[] facts)
    {
        foreach (var (name, value) in facts.Where(fact => fact.Value is not null))
        {
            console.Output.WriteLine($"{name + ":",-17} {value}");
        }
    }

    public static string Millions(long count) => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0.00}M");

    public static string Number(double? value, string format = "0.000") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";

    /// <summary>The figures of an evaluation by their names.</summary>
    public static IReadOnlyList<(string Name, MetricEstimate Estimate)> Figures(object metrics) => metrics switch
    {
        MedicalBinaryMetrics binary =>
        [
            ("AUROC", binary.AreaUnderRocCurve), ("AUPRC", binary.AreaUnderPrecisionRecallCurve), ("sensitivity", binary.Sensitivity), ("specificity", binary.Specificity),
            ("PPV", binary.PositivePredictiveValue), ("NPV", binary.NegativePredictiveValue), ("accuracy", binary.Accuracy), ("balanced accuracy", binary.BalancedAccuracy),
            ("MCC", binary.MatthewsCorrelation), ("log-loss", binary.LogLoss), ("Brier score", binary.BrierScore), ("calibration error", binary.CalibrationErrorEqualMass),
        ],
        MedicalClassificationMetrics several =>
        [
            ("mean AUROC", several.Macro.AreaUnderRocCurve), ("accuracy", several.Accuracy), ("balanced accuracy", several.BalancedAccuracy), ("MCC", several.MatthewsCorrelation),
            ("log-loss", several.LogLoss), ("Brier score", several.BrierScore), ("calibration error", several.CalibrationErrorEqualMass),
        ],
        _ => throw new ArgumentException($"{metrics.GetType().Name} has no figures.", nameof(metrics)),
    };

    /// <summary>The figures of an evaluation as a table.</summary>
    public static Table Of(object metrics)
    {
        var table = Create("figure", "value", "95 % interval", "how");
        foreach (var (name, estimate) in Figures(metrics))
        {
            table.Add(
                name,
                estimate.Value is null ? "undefined" : Number(estimate.Value),
                estimate.Interval is { } interval ? $"{Number(interval.Lower)} to {Number(interval.Upper)}" : "-",
                estimate.Interval?.Method.ToString() ?? estimate.UndefinedReason ?? estimate.Note ?? string.Empty);
        }

        return table;
    }
}
