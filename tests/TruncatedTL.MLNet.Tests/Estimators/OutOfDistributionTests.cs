using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>A model says in the zip, too, how unlike its training images an image is.</summary>
public sealed class OutOfDistributionTests
{
    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Multiclass_trainer_keeps_the_estimator_contract(bool asBytes) => EstimatorContract.Check(
        _context,
        Trainers.Multiclass(_context, o => o.OutOfDistribution = new()),
        SyntheticImages.View(_context, 36, classes: 3, asBytes: asBytes),
        [SyntheticImages.View(_context, 12, imageColumnName: "Picture")],
        SyntheticImages.View(_context, 12, classes: 3, asBytes: asBytes, size: 20));

    [Fact]
    public void Binary_trainer_keeps_the_estimator_contract_with_other_names() => EstimatorContract.Check(
        _context,
        Trainers.Binary(_context, o =>
        {
            o.OutOfDistribution = new() { ScoreColumnName = "Strangeness", FlagColumnName = "IsStrange" };
            o.ScoreColumnName = "Logit";
        }),
        SyntheticImages.View(_context, 36),
        [SyntheticImages.View(_context, 12, imageColumnName: "Picture")],
        SyntheticImages.View(_context, 12, size: 20));

    [Fact]
    public void Other_images_are_flagged_and_images_as_in_training_are_not()
    {
        var train = SyntheticImages.View(_context, 120, asBytes: false);
        using var model = Trainers.Binary(new MLContext(seed: 1), o => o.OutOfDistribution = new() { Quantile = 0.9 }).Fit(train, SyntheticImages.View(_context, 100, asBytes: false, seed: 5));
        using var plain = Trainers.Binary(new MLContext(seed: 1)).Fit(train, SyntheticImages.View(_context, 100, asBytes: false, seed: 5));
        var known = SyntheticImages.View(_context, 200, asBytes: false, seed: 6);
        var strange = SyntheticImages.View(_context, 60, asBytes: false, seed: 7, scale: -1);

        using var zip = new TemporaryPath(".zip");
        _context.Model.Save(model, train.Schema, zip.Path);
        var loaded = new MLContext().Model.Load(zip.Path, out _);
        var (scoredKnown, scoredStrange) = (loaded.Transform(known), loaded.Transform(strange));
        float[] scores = [.. Scores(scoredKnown), .. Scores(scoredStrange)];
        var auroc = MLNet.Evaluation.RankingMetrics.Auroc(scores.Select(score => (double)score).ToArray(), [.. Enumerable.Range(0, 260).Select(i => i >= 200)]);
        Assert.True(auroc > 0.99, $"AUROC {auroc}");
        Assert.InRange(Flags(scoredKnown).Count(flag => flag), 1, 60);
        Assert.DoesNotContain(false, Flags(scoredStrange));
        Assert.Equal(scores.Select(score => score > 1), Flags(scoredKnown).Concat(Flags(scoredStrange)));

        // The ONNX file has the same score.
        using var onnx = new TemporaryPath(".onnx");
        model.SaveOnnx(onnx.Path);
        var images = known.GetColumn<float[]>("Image").SelectMany(image => image).ToArray();
        var saved = Onnx.OnnxRun.Run(File.ReadAllBytes(onnx.Path), "image", images, 200, 1, SyntheticImages.Size, SyntheticImages.Size)["outOfDistribution"];
        Assert.All(Scores(scoredKnown).Zip(saved.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-4));

        // The classes' scores do not change, nor do they with a calibration on top, which leaves the distance as it is.
        Assert.All(Column(plain.Transform(known)).Zip(Column(scoredKnown)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        using var calibrated = model.Calibrate(SyntheticImages.View(_context, 100, asBytes: false, seed: 8, mislabelled: 0.3));
        Assert.All(Scores(calibrated.Transform(known)).Zip(Scores(scoredKnown)), pair => Assert.Equal(pair.Second, pair.First, 1e-5));

        static float[] Column(IDataView view) => [.. view.GetColumn<float>("Score")];
    }

    [Fact]
    public void Images_that_are_not_numbers_are_flagged()
    {
        var train = SyntheticImages.View(_context, 60, asBytes: false);
        using var model = Trainers.Multiclass(_context, o => o.OutOfDistribution = new()).Fit(train);
        foreach (var value in new[] { float.NaN, float.PositiveInfinity, 1e30f })
        {
            var broken = SyntheticImages.View(_context, 4, asBytes: false, scale: value);
            Assert.DoesNotContain(false, Flags(model.Transform(broken)));
        }
    }

    [Fact]
    public void A_quantile_without_validation_images_and_misused_names_are_refused()
    {
        var train = SyntheticImages.View(_context, 32);
        Assert.Contains("validation", Assert.Throws<TrainingDataException>(() => Trainers.Binary(_context, o =>
        {
            o.OutOfDistribution = new();
            o.Training.ValidationFraction = 0;
        }).Fit(train)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Trainers.Binary(_context, o => o.OutOfDistribution = new() { Quantile = 1 }));
        Assert.Throws<ArgumentException>(() => Trainers.Binary(_context, o => o.OutOfDistribution = new() { FlagColumnName = "Probability" }));
        Assert.Throws<ArgumentException>(() => Trainers.Binary(_context, o => o.OutOfDistribution = new() { FlagColumnName = "OutOfDistributionScore" }));
        Assert.Throws<ArgumentException>(() => Trainers.Binary(_context, o => o.OutOfDistribution = new() { ScoreColumnName = " " }));
    }

    private static float[] Scores(IDataView view) => [.. view.GetColumn<float>("OutOfDistributionScore")];

    private static bool[] Flags(IDataView view) => [.. view.GetColumn<bool>("IsOutOfDistribution")];
}
