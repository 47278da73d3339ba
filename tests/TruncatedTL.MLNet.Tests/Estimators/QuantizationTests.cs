using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>A copy in 8 bits is a quarter of the size, scores nearly alike wherever it is loaded, and is refused where it would not.</summary>
public sealed class QuantizationTests : IDisposable
{
    private readonly MLContext _context = new(seed: 1);
    private readonly IDataView _data;
    private readonly TransferLearningTransformer _model;

    public QuantizationTests()
    {
        _data = SyntheticImages.View(_context, 32);
        _model = Fit();
    }

    public void Dispose() => _model.Dispose();

    [Fact]
    public void The_zip_is_a_third_as_large_and_scores_alike_in_a_fresh_context()
    {
        using var narrow = _model.Quantize(_data);
        using var zip = Saved(_model);
        using var narrowZip = Saved(narrow);
        Assert.InRange(new FileInfo(narrowZip.Path).Length / (double)new FileInfo(zip.Path).Length, 0.15, 0.4);

        var expected = _model.Transform(_data).GetColumn<float>("Probability").ToArray();
        var actual = narrow.Transform(_data).GetColumn<float>("Probability").ToArray();
        Assert.Equal(actual, new MLContext().Model.Load(narrowZip.Path, out _).Transform(_data).GetColumn<float>("Probability").ToArray());
        Assert.All(actual.Zip(narrow.PredictProbabilities(_data)), pair => Assert.Equal(pair.First, pair.Second[1], 1e-5));

        var changes = expected.Zip(actual, (left, right) => Math.Abs(left - right)).ToArray();
        var report = narrow.Quantization!;
        Assert.Equal(changes.Average(), report.MeanProbabilityChange, 1e-5);
        Assert.Equal(changes.Max(), report.LargestProbabilityChange, 1e-5);
        Assert.InRange(report.LargestProbabilityChange, 1e-7, 0.02);
        Assert.Equal((32, 32, 0), (report.CalibrationRows, report.CheckedRows, report.ChangedDecisions));
        Assert.Contains("0 decisions", report.ToString(), StringComparison.Ordinal);
        Assert.Null(_model.Quantization);
    }

    [Fact]
    public void Several_classes_and_other_rows_for_the_comparison()
    {
        var data = SyntheticImages.View(_context, 32, classes: 4);
        using var model = Trainers.Multiclass(_context).Fit(data);
        using var narrow = model.Quantize(data, SyntheticImages.View(_context, 20, classes: 4, seed: 2));
        Assert.Equal((32, 20), (narrow.Quantization!.CalibrationRows, narrow.Quantization.CheckedRows));
        Assert.All(narrow.PredictProbabilities(data), row => Assert.Equal(1, row.Sum(), 1e-5));
    }

    [Fact]
    public void The_ONNX_file_says_so_and_the_weights_file_keeps_what_was_trained()
    {
        using var narrow = _model.Quantize(_data, options: new() { WeightBits = 8, BatchSize = 5 });
        using var onnx = new TemporaryPath(".onnx");
        narrow.SaveOnnx(onnx.Path);
        var summary = OnnxInspector.Inspect(File.ReadAllBytes(onnx.Path));
        Assert.True(summary.NodeCounts["QuantizeLinear"] > 1);
        Assert.Equal(("8", "8", "32"), (summary.Metadata["truncatedtl.quantization.bits"], summary.Metadata["truncatedtl.quantization.weight_bits"], summary.Metadata["truncatedtl.quantization.images"]));

        using var before = new TemporaryPath(".safetensors");
        using var after = new TemporaryPath(".safetensors");
        _model.SaveWeights(before.Path);
        narrow.SaveWeights(after.Path);
        var (trained, kept) = (TruncatedTL.MLNet.Weights.WeightsFile.Load(before.Path), TruncatedTL.MLNet.Weights.WeightsFile.Load(after.Path));
        Assert.All(trained.Tensors, pair => Assert.Equal(pair.Value.Bytes.ToArray(), kept.Tensors[pair.Key].Bytes.ToArray()));
    }

    [Fact]
    public void Calibration_and_threshold_are_carried_over_and_can_be_made_anew()
    {
        var validation = SyntheticImages.View(_context, 64, seed: 3, mislabelled: 0.25);
        using var calibrated = _model.Calibrate(validation);
        using var decided = calibrated.WithOperatingPoint(validation, TruncatedTL.MLNet.Evaluation.OperatingPoint.AtSensitivity(0.95));
        using var narrow = decided.Quantize(_data);
        Assert.Equal(calibrated.Calibration!.Temperature, narrow.Calibration!.Temperature);
        Assert.Equal(decided.OperatingPoint!.Threshold, narrow.OperatingPoint!.Threshold);
        Assert.All(
            decided.Transform(_data).GetColumn<float>("Probability").Zip(narrow.Transform(_data).GetColumn<float>("Probability")),
            pair => Assert.Equal(pair.First, pair.Second, 0.02));

        using var again = narrow.Calibrate(validation);
        Assert.NotNull(again.Quantization);
        using var zip = Saved(narrow);
        using var againZip = Saved(again);
        Assert.InRange(new FileInfo(againZip.Path).Length / (double)new FileInfo(zip.Path).Length, 0.95, 1.05);
    }

    [Fact]
    public void A_change_beyond_the_limit_is_refused_with_what_was_measured()
    {
        var error = Assert.Throws<QuantizationException>(() => _model.Quantize(_data, options: new() { MaxProbabilityChange = 0 }));
        Assert.True(error.Report!.MeanProbabilityChange > 0);
        Assert.Contains("HalfPrecisionWeights", error.Message, StringComparison.Ordinal);

        // The model that was asked goes on.
        Assert.Equal(32, _model.PredictProbabilities(_data).Count);
    }

    [Fact]
    public void What_cannot_be_done_is_said()
    {
        using var narrow = _model.Quantize(_data);
        Assert.Throws<QuantizationException>(() => narrow.Quantize(_data));
        Assert.Throws<QuantizationException>(() => _model.Quantize(_context.Data.SkipRows(_data, 32)));
        Assert.Throws<QuantizationException>(() => _model.Quantize(_data, _context.Data.SkipRows(_data, 32)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.Quantize(_data, options: new() { MaxProbabilityChange = -0.1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.Quantize(_data, options: new() { MaxProbabilityChange = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.Quantize(_data, options: new() { WeightBits = 4 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.Quantize(_data, options: new() { BatchSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.Quantize(SyntheticImages.View(_context, 4, imageColumnName: "Other")));
        Assert.Throws<ArgumentNullException>(() => _model.Quantize(null!));
        Assert.ThrowsAny<OperationCanceledException>(() => _model.Quantize(_data, cancellationToken: new CancellationToken(canceled: true)));

        using var watched = Trainers.Binary(_context, options => options.OutOfDistribution = new()).Fit(SyntheticImages.View(_context, 100));
        Assert.Contains("out-of-distribution", Assert.Throws<QuantizationException>(() => watched.Quantize(_data)).Message, StringComparison.Ordinal);
    }

    private TransferLearningTransformer Fit() => Trainers.Binary(_context, options => options.Training.Seed = 7).Fit(_data);

    private TemporaryPath Saved(TransferLearningTransformer model)
    {
        var zip = new TemporaryPath(".zip");
        _context.Model.Save(model, _data.Schema, zip.Path);
        return zip;
    }
}
