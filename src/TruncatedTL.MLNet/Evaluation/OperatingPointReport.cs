using System.Globalization;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// The threshold that a rule chose and what it reached on the rows that chose it. The choice flatters the figure that it was made for; only other rows
/// can confirm it.
/// </summary>
public sealed class OperatingPointReport
{
    internal OperatingPointReport()
    {
    }

    /// <summary>The rule.</summary>
    public required OperatingPoint Rule { get; init; }

    /// <summary>The threshold as a Score (logit): the predicted label is true where the score exceeds it. It lies between two validation scores.</summary>
    public required float Threshold { get; init; }

    /// <summary>The same threshold as a probability; such as <see cref="MedicalEvaluationOptions.Threshold"/> takes.</summary>
    public double ProbabilityThreshold => 1 / (1 + Math.Exp(-Threshold));

    /// <summary>Sensitivity on the validation rows, with Wilson's interval.</summary>
    public required MetricEstimate Sensitivity { get; init; }

    /// <summary>Specificity on the validation rows, with Wilson's interval.</summary>
    public required MetricEstimate Specificity { get; init; }

    /// <summary>Number of positive validation rows.</summary>
    public required int Positives { get; init; }

    /// <summary>Number of negative validation rows.</summary>
    public required int Negatives { get; init; }

    /// <summary>What the reader must know: few rows, all rows on one side; empty where there is nothing.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The report in a sentence, warnings included.</summary>
    public override string ToString()
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Rule}: score above {Threshold:0.0000} (probability {ProbabilityThreshold:0.0000}), sensitivity {Sensitivity} of {Positives}, specificity {Specificity} of {Negatives}");
        return Warnings.Count == 0 ? text : $"{text} [{string.Join("; ", Warnings)}]";
    }
}
