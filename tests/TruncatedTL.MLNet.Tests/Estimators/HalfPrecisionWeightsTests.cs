using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>Weights rounded to half precision halve the file and barely move the scores, in whichever way they are asked for.</summary>
public sealed class HalfPrecisionWeightsTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void The_zip_is_half_as_large_and_scores_alike_in_a_fresh_context()
    {
        var data = SyntheticImages.View(_context, 32);
        using var single = Fit(data, isHalf: false);
        using var half = Fit(data, isHalf: true);
        using var singleZip = Saved(single, data);
        using var halfZip = Saved(half, data);
        Assert.InRange(new FileInfo(halfZip.Path).Length / (double)new FileInfo(singleZip.Path).Length, 0.3, 0.55);

        var expected = single.Transform(data).GetColumn<float>("Probability").ToArray();
        var actual = new MLContext().Model.Load(halfZip.Path, out _).Transform(data).GetColumn<float>("Probability").ToArray();
        var largest = expected.Zip(actual, (left, right) => Math.Abs(left - right)).Max();
        Assert.InRange(largest, float.Epsilon, 5e-3f);
        Assert.All(actual.Zip(half.PredictProbabilities(data)), pair => Assert.Equal(pair.First, pair.Second[1], 1e-5));
        Assert.True(half.ParityError > single.ParityError && half.ParityError < 1e-2, $"{single.ParityError}, {half.ParityError}");
    }

    [Fact]
    public void The_weights_file_keeps_what_was_trained_and_the_ONNX_file_is_rounded()
    {
        var data = SyntheticImages.View(_context, 16);
        using var single = Fit(data, isHalf: false);
        using var half = Fit(data, isHalf: true);
        using var singleWeights = new TemporaryPath(".safetensors");
        using var halfWeights = new TemporaryPath(".safetensors");
        single.SaveWeights(singleWeights.Path);
        half.SaveWeights(halfWeights.Path);
        Assert.Equal(File.ReadAllBytes(singleWeights.Path), File.ReadAllBytes(halfWeights.Path));

        using var onnx = new TemporaryPath(".onnx");
        half.SaveOnnx(onnx.Path);
        Assert.True(OnnxInspector.Inspect(File.ReadAllBytes(onnx.Path)).NodeCounts["Cast"] > 1);
    }

    [Fact]
    public void A_calibrated_copy_stays_in_half_precision()
    {
        var data = SyntheticImages.View(_context, 32);
        using var half = Fit(data, isHalf: true);
        using var calibrated = half.Calibrate(SyntheticImages.View(_context, 64, seed: 3, mislabelled: 0.25));
        using var zip = Saved(half, data);
        using var calibratedZip = Saved(calibrated, data);
        Assert.InRange(new FileInfo(calibratedZip.Path).Length / (double)new FileInfo(zip.Path).Length, 0.95, 1.05);
    }

    // Of one seed, so that the weights are the same before they are rounded.
    private TransferLearningTransformer Fit(IDataView data, bool isHalf) =>
        Trainers.Binary(_context, options => (options.HalfPrecisionWeights, options.Training.Seed) = (isHalf, 7)).Fit(data);

    private TemporaryPath Saved(TransferLearningTransformer model, IDataView view)
    {
        var zip = new TemporaryPath(".zip");
        _context.Model.Save(model, view.Schema, zip.Path);
        return zip;
    }
}
