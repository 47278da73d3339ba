using System.Text.Json;
using TruncatedTL.MLNet.Tests.Support;

namespace TruncatedTL.MLNet.Tests.Evaluation.Statistics;

/// <summary>What scipy and scikit-learn find; see Fixtures/make_calibration_reference.py.</summary>
public sealed record CalibrationReference(CalibrationCase[] Cases, ShrunkCovariance[] Shrunk)
{
    public static CalibrationReference Read() => JsonSerializer.Deserialize<CalibrationReference>(
        File.ReadAllText(Path.Combine(RepositoryFiles.Root, "tests", "TruncatedTL.MLNet.Tests", "Evaluation", "Fixtures", "calibration-reference.json")),
        JsonSerializerOptions.Web)!;
}

/// <summary>Logits with the calibrations that fit them best; <c>Vector</c> holds slopes, then offsets.</summary>
public sealed record CalibrationCase(int Outputs, double[] Logits, int[] Labels, double Temperature, double[] Vector, double LossBefore);

/// <summary>Centred observations with their shrunk covariance.</summary>
public sealed record ShrunkCovariance(int Dimension, double[] Values, double[] Covariance, double Shrinkage);
