using ServeModel.Models;

namespace ServeModel.Web;

/// <summary>The answer to one image.</summary>
internal sealed record Prediction
{
    /// <summary>What the model decides, by its operating point where it has one.</summary>
    public required string Class { get; init; }

    /// <summary>Probability of that class.</summary>
    public required double Probability { get; init; }

    /// <summary>Probability of every class.</summary>
    public required IReadOnlyDictionary<string, double> Probabilities { get; init; }

    /// <summary>Whether the probabilities were calibrated.</summary>
    public required bool IsCalibrated { get; init; }

    public required ModelCard.OperatingPointFacts? OperatingPoint { get; init; }

    /// <summary>How unlike the training images it is; null where the model does not say.</summary>
    public required OutOfDistributionFacts? OutOfDistribution { get; init; }

    /// <summary>Which model answered.</summary>
    public required string Model { get; init; }

    public string Notice => ModelCard.NotADevice;

    /// <summary>A score above 1 is flagged; a score that is not a number is told as none, since JSON has no such number.</summary>
    public sealed record OutOfDistributionFacts(bool IsFlagged, double? Score);

    public static Prediction Create(ModelCard card, ScoredRow row)
    {
        var probabilities = row.Probabilities();
        var decision = row.Decision();
        return new Prediction
        {
            Class = card.ClassNames[decision],
            Probability = probabilities[decision],
            Probabilities = card.ClassNames.Zip(probabilities).ToDictionary(pair => pair.First, pair => (double)pair.Second),
            IsCalibrated = card.Calibration is not null,
            OperatingPoint = card.OperatingPoint,
            OutOfDistribution = card.HasOutOfDistribution
                ? new OutOfDistributionFacts(row.IsOutOfDistribution, float.IsFinite(row.OutOfDistributionScore) ? row.OutOfDistributionScore : null)
                : null,
            Model = card.Id,
        };
    }
}
