using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>Calibration and threshold are in the saved zip. A quarter of the labels is wrong, which a model that learnt from right ones cannot know.</summary>
public sealed class CalibrationTests
{
    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData(CalibrationMethod.Temperature)]
    [InlineData(CalibrationMethod.Vector)]
    public void A_binary_model_is_calibrated_on_new_rows_and_in_the_zip(CalibrationMethod method)
    {
        var (validation, test) = (Noisy(200, seed: 3), Noisy(200, seed: 4));
        var plain = Trainers.Binary(_context, o => (o.Training.MaxEpochs, o.Training.EarlyStopping.Metric) = (16, ValidationMetric.Loss)).Fit(SyntheticImages.View(_context, 64));
        var before = Evaluate(plain.Transform(test));
        var scoresBefore = plain.Transform(test).GetColumn<float>("Score").ToArray();
        using var model = plain.Calibrate(validation, method);
        Assert.Null(plain.Calibration);
        plain.Dispose();

        var report = model.Calibration!;
        var after = Evaluate(model.Transform(test));
        Assert.True(report.LogLossAfter < report.LogLossBefore && report.CalibrationErrorAfter < report.CalibrationErrorBefore, report.ToString());
        Assert.True(after.LogLoss.Value < before.LogLoss.Value, $"{before.LogLoss} to {after.LogLoss}");
        Assert.True(after.CalibrationErrorEqualWidth.Value < before.CalibrationErrorEqualWidth.Value, $"{before.CalibrationErrorEqualWidth} to {after.CalibrationErrorEqualWidth}");
        Assert.Equal(before.AreaUnderRocCurve.Value!.Value, after.AreaUnderRocCurve.Value!.Value, 1e-12);

        var scored = LoadedFromZip(model, validation).Transform(test);
        var scores = scored.GetColumn<float>("Score").ToArray();
        Assert.All(scoresBefore.Zip(scores), pair => Assert.Equal(report.Slopes[0] * pair.First + report.Offsets[0], pair.Second, 1e-4));
        Assert.All(scores.Zip(scored.GetColumn<float>("Probability")), pair => Assert.Equal(1 / (1 + Math.Exp(-pair.First)), pair.Second, 1e-5));
        Assert.All(scores.Zip(model.PredictProbabilities(test)), pair => Assert.Equal(1 / (1 + Math.Exp(-pair.First)), pair.Second[1], 1e-5));
        Assert.Equal(after.ToString(), Evaluate(scored).ToString());
    }

    [Theory]
    [InlineData(CalibrationMethod.Temperature)]
    [InlineData(CalibrationMethod.Vector)]
    public void A_multiclass_model_is_calibrated_on_new_rows_and_in_the_zip(CalibrationMethod method)
    {
        var (validation, test) = (Noisy(240, seed: 3, classes: 4), Noisy(240, seed: 4, classes: 4));
        using var plain = Trainers.Multiclass(_context, o => o.Training.MaxEpochs = 8).Fit(SyntheticImages.View(_context, 80, classes: 4));
        using var model = plain.Calibrate(validation, method);
        var (before, scored) = (plain.Transform(test), LoadedFromZip(model, validation).Transform(test));
        Assert.True(_context.MulticlassClassification.Evaluate(scored).LogLoss < _context.MulticlassClassification.Evaluate(before).LogLoss);
        var (errorBefore, errorAfter) = (Error(before), Error(scored));
        Assert.True(errorAfter < errorBefore, $"{errorBefore} to {errorAfter}");
        Assert.All(scored.GetColumn<float[]>("Score").Zip(model.PredictProbabilities(test)), pair => Assert.All(pair.First.Zip(pair.Second), p => Assert.Equal(p.First, p.Second, 1e-5)));
        if (method == CalibrationMethod.Temperature)
        {
            Assert.Equal(before.GetColumn<uint>("PredictedLabel"), scored.GetColumn<uint>("PredictedLabel"));
        }

        double Error(IDataView view) => _context.MulticlassClassification.EvaluateMedical(view, options: new() { Resamples = 0 }).CalibrationErrorEqualWidth.Value!.Value;
    }

    [Fact]
    public void A_threshold_is_in_the_zip_and_moves_along_with_a_calibration()
    {
        var validation = Noisy(200, seed: 3);
        using var plain = Trainers.Binary(_context).Fit(SyntheticImages.View(_context, 64));
        using var decided = plain.WithOperatingPoint(validation, OperatingPoint.AtSensitivity(0.9));
        var report = decided.OperatingPoint!;
        Assert.Null(plain.OperatingPoint);
        Assert.True(report.Sensitivity.Value >= 0.9, report.ToString());

        var scored = LoadedFromZip(decided, validation).Transform(validation);
        var decisions = scored.GetColumn<bool>("PredictedLabel").ToArray();
        Assert.Equal(scored.GetColumn<float>("Score").Select(score => score > report.Threshold), decisions);
        Assert.NotEqual(plain.Transform(validation).GetColumn<bool>("PredictedLabel"), decisions);
        Assert.Equal(plain.Transform(validation).GetColumn<float>("Probability"), scored.GetColumn<float>("Probability"));
        var measured = Evaluate(scored);
        Assert.Equal(report.Sensitivity.Value!.Value, measured.Sensitivity.Value!.Value, 1e-12);
        Assert.Equal(report.Specificity.Value!.Value, measured.Specificity.Value!.Value, 1e-12);

        using var calibrated = decided.Calibrate(validation);
        Assert.Equal(decisions, LoadedFromZip(calibrated, validation).Transform(validation).GetColumn<bool>("PredictedLabel"));
        using var again = calibrated.Calibrate(validation);
        Assert.Equal(1, again.Calibration!.Temperature!.Value, 1e-3);
    }

    [Fact]
    public void Onnx_and_weights_files_say_what_was_done()
    {
        var validation = Noisy(200, seed: 3);
        using var plain = Trainers.Binary(_context).Fit(SyntheticImages.View(_context, 64));
        using var calibrated = plain.Calibrate(validation);
        using var model = calibrated.WithOperatingPoint(validation, OperatingPoint.Youden());
        using var onnx = new TemporaryPath(".onnx");
        using var weights = new TemporaryPath(".safetensors");
        using var weightsBefore = new TemporaryPath(".safetensors");
        model.SaveOnnx(onnx.Path);
        model.SaveWeights(weights.Path);
        plain.SaveWeights(weightsBefore.Path);
        using var file = File.OpenRead(onnx.Path);
        var metadata = OnnxInspector.Inspect(file).Metadata;
        Assert.Equal("Temperature", metadata["truncatedtl.calibration.method"]);
        Assert.Equal(model.Calibration!.Slopes[0], double.Parse(metadata["truncatedtl.calibration.slopes"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("Youden", metadata["truncatedtl.operatingPoint.rule"]);
        var (saved, before) = (WeightsFile.Load(weights.Path), WeightsFile.Load(weightsBefore.Path));
        Assert.Contains("truncatedtl.operatingPoint.logit", saved.Metadata.Keys);
        Assert.Equal(before.Tensors["fc.weight"].Bytes.ToArray(), saved.Tensors["fc.weight"].Bytes.ToArray());
    }

    [Fact]
    public void Labels_are_matched_by_name_and_bad_rows_are_refused()
    {
        using var model = Trainers.Multiclass(_context).Fit(SyntheticImages.View(_context, 48, classes: 3));
        var validation = Noisy(90, seed: 3, classes: 3);
        var reversed = _context.Data.LoadFromEnumerable(SyntheticImages.ClassNames.Take(3).Reverse().Select(name => new Name { Class = name }));
        var mapping = _context.Transforms.Conversion.MapValueToKey("Label", "Class", keyData: reversed);
        using var expected = model.Calibrate(validation);
        using var actual = model.Calibrate(mapping.Fit(validation).Transform(validation));
        Assert.Equal(expected.Calibration!.ToString(), actual.Calibration!.ToString());

        var two = _context.Data.LoadFromEnumerable(SyntheticImages.ClassNames.Take(2).Select(name => new Name { Class = name }));
        var withoutLabel = _context.Transforms.Conversion.MapValueToKey("Label", "Class", keyData: two).Fit(validation).Transform(validation);
        Assert.Contains("has no label", Assert.Throws<CalibrationException>(() => model.Calibrate(withoutLabel)).Message);
        Assert.Contains("not one of the model's classes", Assert.Throws<CalibrationException>(() => model.Calibrate(Noisy(16, seed: 3, classes: 4))).Message);
        Assert.Throws<CalibrationException>(() => model.Calibrate(_context.Data.FilterRowsByColumn(validation, "Group", lowerBound: 1e6)));
        Assert.Throws<CalibrationException>(() => model.Calibrate(_context.Data.TakeRows(validation, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Calibrate(_context.Transforms.DropColumns("Label").Fit(validation).Transform(validation)));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Calibrate(validation, (CalibrationMethod)7));
        Assert.Throws<ArgumentNullException>(() => model.Calibrate(null!));
        Assert.Contains("3 classes", Assert.Throws<InvalidOperationException>(() => model.WithOperatingPoint(validation, OperatingPoint.Youden())).Message);
    }

    private IDataView Noisy(int count, int seed, int classes = 2) => SyntheticImages.View(_context, count, classes, seed: seed, mislabelled: 0.25);

    private MedicalBinaryMetrics Evaluate(IDataView scored) =>
        _context.BinaryClassification.EvaluateMedical(scored, "Positive", options: new() { Resamples = 0 });

    // In a fresh context, and made of Microsoft's transformers only.
    private ITransformer LoadedFromZip(TransferLearningTransformer model, IDataView view)
    {
        using var zip = new TemporaryPath(".zip");
        _context.Model.Save(model, view.Schema, zip.Path);
        var loaded = new MLContext().Model.Load(zip.Path, out _);
        Assert.All(Assert.IsType<TransformerChain<ITransformer>>(loaded), part => Assert.StartsWith("Microsoft.ML", part.GetType().Assembly.GetName().Name));
        return loaded;
    }

    private sealed class Name
    {
        public string Class { get; set; } = string.Empty;
    }
}
