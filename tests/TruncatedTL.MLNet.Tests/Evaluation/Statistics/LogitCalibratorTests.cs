using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Evaluation.Statistics;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation.Statistics;

public class LogitCalibratorTests
{
    private static readonly CalibrationReference s_reference = CalibrationReference.Read();

    [Fact]
    public void Temperatures_equal_the_reference() => Assert.All(s_reference.Cases, example =>
    {
        var (calibration, report) = Fit(example, CalibrationMethod.Temperature);
        Assert.Equal(example.Temperature, report.Temperature!.Value, 1e-6 * example.Temperature);
        Assert.All(calibration.Slopes, slope => Assert.Equal(1 / report.Temperature.Value, slope, 1e-12));
        Assert.All(calibration.Offsets, offset => Assert.Equal(0, offset));
        Assert.Equal(example.LossBefore, report.LogLossBefore, 1e-9);
        Assert.True(report.LogLossAfter <= report.LogLossBefore);
    });

    [Fact]
    public void Slopes_and_offsets_equal_the_reference() => Assert.All(s_reference.Cases, example =>
    {
        var (calibration, report) = Fit(example, CalibrationMethod.Vector);
        Assert.All(example.Vector.Zip(calibration.Slopes.Concat(calibration.Offsets)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Null(report.Temperature);
    });

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1)]
    [InlineData(1e3)]
    public void The_answer_of_a_binary_calibration_follows_the_scale_of_the_logits(double scale)
    {
        var example = s_reference.Cases[0];
        var plain = Fit(example, CalibrationMethod.Vector).Calibration;
        var scaled = Fit(example with { Logits = [.. example.Logits.Select(z => z * scale)] }, CalibrationMethod.Vector).Calibration;
        Assert.Equal(plain.Slopes[0], scaled.Slopes[0] * scale, 1e-7);
        Assert.Equal(plain.Offsets[0], scaled.Offsets[0], 1e-7);
    }

    [Fact]
    public void Rows_that_are_all_right_make_a_model_no_surer()
    {
        var (calibration, report) = LogitCalibrator.Fit([-1, -2, 1, 3], [0, 0, 1, 1], ["no", "yes"], CalibrationMethod.Temperature);
        Assert.Equal(1, report.Temperature);
        Assert.Equal([1.0], calibration.Slopes);
        Assert.Contains(report.Warnings, warning => warning.Contains("every validation row is right"));

        // Three classes, and slopes with offsets, which stay finite.
        double[] logits = [5, 0, 0, 0, 5, 0, 0, 0, 5];
        Assert.Equal(1, LogitCalibrator.Fit(logits, [0, 1, 2], ["a", "b", "c"], CalibrationMethod.Temperature).Report.Temperature);
        var vector = LogitCalibrator.Fit(logits, [0, 1, 2], ["a", "b", "c"], CalibrationMethod.Vector);
        Assert.All(vector.Calibration.Slopes.Concat(vector.Calibration.Offsets), value => Assert.InRange(value, -3, 3));
        var platt = LogitCalibrator.Fit([-1, -2, 1, 3], [0, 0, 1, 1], ["no", "yes"], CalibrationMethod.Vector);
        Assert.InRange(platt.Calibration.Slopes[0], 0.1, 10);
    }

    [Fact]
    public void A_model_that_knows_nothing_meets_the_upper_bound()
    {
        var report = LogitCalibrator.Fit([9, 8, -9, -8, 7, -7], [0, 0, 1, 1, 0, 1], ["no", "yes"], CalibrationMethod.Temperature).Report;
        Assert.Equal(20, report.Temperature!.Value, 1e-9);
        Assert.Contains(report.Warnings, warning => warning.Contains("upper bound"));
    }

    [Fact]
    public void Scores_that_are_as_extreme_as_can_be_have_a_temperature_too() =>
        Assert.Equal(20, LogitCalibrator.Fit([3000, -3000, 3000, -3000], [1, 0, 0, 1], ["no", "yes"], CalibrationMethod.Temperature).Report.Temperature!.Value, 1e-9);

    [Fact]
    public void The_order_of_the_rows_does_not_matter()
    {
        // One row is wrong, by little: the model may be made surer, wherever that row stands.
        double[] logits = [-0.01, 1, 1.5, -1, -2];
        int[] labels = [1, 1, 1, 0, 0];
        double Temperature(int turn) => LogitCalibrator.Fit(
            [.. logits[turn..], .. logits[..turn]], [.. labels[turn..], .. labels[..turn]], ["no", "yes"], CalibrationMethod.Temperature).Report.Temperature!.Value;
        Assert.InRange(Temperature(0), 0.05, 0.9);
        Assert.All(Enumerable.Range(1, 4), turn => Assert.Equal(Temperature(0), Temperature(turn), 1e-9));
    }

    [Theory]
    [InlineData(0.04, 0.05, true)]
    [InlineData(0.06, 0.06, false)]
    public void Only_a_temperature_at_the_lower_bound_is_warned_of(double best, double found, bool isWarnedOf)
    {
        // The best temperature follows the scale of the logits.
        var example = s_reference.Cases[0];
        var report = Fit(example with { Logits = [.. example.Logits.Select(z => z * best / example.Temperature)] }, CalibrationMethod.Temperature).Report;
        Assert.Equal(found, report.Temperature!.Value, 1e-6);
        Assert.Equal(isWarnedOf, report.Warnings.Any(warning => warning.Contains("lower bound")));
    }

    [Fact]
    public void Rows_that_determine_nothing_are_refused_with_the_reason()
    {
        static string Reason(double[] logits, int[] labels, CalibrationMethod method) =>
            Assert.Throws<CalibrationException>(() => LogitCalibrator.Fit(logits, labels, ["no", "yes"], method)).Message;
        Assert.Contains("no validation rows", Reason([], [], CalibrationMethod.Temperature));
        Assert.Contains("of the class 'yes'", Reason([1, 2], [1, 1], CalibrationMethod.Temperature));
        Assert.Contains("not a finite number", Reason([1, double.NaN], [1, 0], CalibrationMethod.Temperature));
        Assert.Contains("same score", Reason([0, 0, 0, 0], [1, 0, 0, 1], CalibrationMethod.Temperature));
        Assert.Contains("same score", Reason([2, 2, 2, 2], [1, 0, 0, 1], CalibrationMethod.Vector));
        Assert.Contains("turn the model's scores round", Reason([3, 2, -2, -3, 1], [0, 0, 1, 1, 0], CalibrationMethod.Vector));
        var missing = Assert.Throws<CalibrationException>(() => LogitCalibrator.Fit([1, 0, 0, 0, 1, 0], [0, 1], ["a", "b", "c"], CalibrationMethod.Vector));
        Assert.Contains("'c'", missing.Message);
    }

    [Fact]
    public void Few_rows_are_warned_of()
    {
        Assert.Contains(Fit(s_reference.Cases[0], CalibrationMethod.Temperature).Report.Warnings, warning => warning.Contains("only 60 validation rows"));
        Assert.Empty(Fit(s_reference.Cases[1], CalibrationMethod.Temperature).Report.Warnings);
    }

    [Fact]
    public void A_temperature_keeps_the_order_of_the_classes() => Assert.All(s_reference.Cases.Where(example => example.Outputs > 1), example =>
    {
        var changed = Fit(example, CalibrationMethod.Temperature).Calibration.Apply(example.Logits);
        foreach (var (before, after) in example.Logits.Chunk(example.Outputs).Zip(changed.Chunk(example.Outputs)))
        {
            Assert.Equal(Order(before), Order(after));
        }

        static int[] Order(double[] row) => [.. Enumerable.Range(0, row.Length).OrderBy(c => row[c])];
    });

    [Fact]
    public void A_calibration_multiplies_by_the_slope_and_adds_the_offset_of_each_class() =>
        Assert.Equal([3.0, 5, -5, -0.25], new LogitCalibration([2, 3], [1, -1]).Apply([1, 2, -3, 0.25]));

    [Fact]
    public void A_calibration_after_another_is_both()
    {
        var first = new LogitCalibration([2, 3], [1, -1]);
        var second = new LogitCalibration([0.5, 4], [7, 0]);
        double[] logits = [1, 2, -3, 0.25];
        Assert.Equal(second.Apply(first.Apply(logits)), second.After(first).Apply(logits));
    }

    private static (LogitCalibration Calibration, CalibrationReport Report) Fit(CalibrationCase example, CalibrationMethod method) =>
        LogitCalibrator.Fit(example.Logits, example.Labels, [.. Enumerable.Range(0, Math.Max(2, example.Outputs)).Select(c => $"c{c}")], method);
}
