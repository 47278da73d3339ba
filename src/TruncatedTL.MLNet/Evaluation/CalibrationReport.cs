using System.Globalization;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// What a calibration did. The figures after it are measured on the rows that it was fitted on and therefore flatter it a little; only rows that had
/// no part in it can confirm them.
/// </summary>
public sealed class CalibrationReport
{
    internal CalibrationReport()
    {
    }

    /// <summary>How logits were changed.</summary>
    public required CalibrationMethod Method { get; init; }

    /// <summary>What all logits are divided by: above 1 for a model that was too sure. Null for <see cref="CalibrationMethod.Vector"/>.</summary>
    public required double? Temperature { get; init; }

    /// <summary>What logits are multiplied with, one number an output; a yes-or-no question has one output.</summary>
    public required IReadOnlyList<double> Slopes { get; init; }

    /// <summary>What is added then, one number an output.</summary>
    public required IReadOnlyList<double> Offsets { get; init; }

    /// <summary>Number of validation rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Mean negative log-likelihood of the validation rows before, in nats.</summary>
    public required double LogLossBefore { get; init; }

    /// <summary>The same after.</summary>
    public required double LogLossAfter { get; init; }

    /// <summary>Expected calibration error of the validation rows before, over ten bins of equal width.</summary>
    public required double CalibrationErrorBefore { get; init; }

    /// <summary>The same after.</summary>
    public required double CalibrationErrorAfter { get; init; }

    /// <summary>What the reader must know: few rows, a temperature at its bound; empty where there is nothing.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The report in a sentence, warnings included.</summary>
    public override string ToString()
    {
        var change = Temperature is { } temperature
            ? string.Create(CultureInfo.InvariantCulture, $"temperature {temperature:0.000}")
            : string.Create(CultureInfo.InvariantCulture, $"slopes {Joined(Slopes)}, offsets {Joined(Offsets)}");
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{change} from {Rows} validation rows: log-loss {LogLossBefore:0.000} to {LogLossAfter:0.000}, ECE {CalibrationErrorBefore:0.000} to {CalibrationErrorAfter:0.000}");
        return Warnings.Count == 0 ? text : $"{text} [{string.Join("; ", Warnings)}]";
    }

    private static string Joined(IEnumerable<double> values) => string.Join(" / ", values.Select(value => value.ToString("0.000", CultureInfo.InvariantCulture)));
}
