using System.Globalization;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Onnx;

namespace TruncatedTL.MLNet;

/// <summary>What validation rows changed in a fitted model: the calibration of its logits, all calibrations taken together, and its threshold.</summary>
/// <param name="Calibration">The change of the logits; null for none.</param>
/// <param name="CalibrationReport">What the last calibration did; null for none.</param>
/// <param name="Threshold">The logit above which the positive class is predicted; null for 0.</param>
/// <param name="OperatingPoint">How the threshold was found; null for none.</param>
internal sealed record ModelAdjustment(
    LogitCalibration? Calibration,
    CalibrationReport? CalibrationReport,
    float? Threshold,
    OperatingPointReport? OperatingPoint)
{
    /// <summary>No change.</summary>
    public static readonly ModelAdjustment None = new(null, null, null, null);

    /// <summary>The calibration as the export takes it.</summary>
    public HeadCalibration? HeadCalibration => Calibration is null ? null : new(Calibration.Slopes, Calibration.Offsets);

    /// <summary>What a model file says about the change.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToMetadata()
    {
        if (Calibration is not null)
        {
            yield return new("truncatedtl.calibration.method", CalibrationReport!.Method.ToString());
            yield return new("truncatedtl.calibration.slopes", Joined(Calibration.Slopes));
            yield return new("truncatedtl.calibration.offsets", Joined(Calibration.Offsets));
        }

        if (Threshold is { } threshold)
        {
            yield return new("truncatedtl.operatingPoint.rule", OperatingPoint!.Rule.ToString());
            yield return new("truncatedtl.operatingPoint.logit", threshold.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    private static string Joined(IEnumerable<double> values) => string.Join(' ', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
}
