using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Tests.Training;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

[Collection(TorchCollection.Name)]
public sealed class KeepHeadTests : IDisposable
{
    private const string Cut = "layer1.0";

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.PathOf("a.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_saved_model_goes_on_with_its_classifier_on_other_rows()
    {
        var context = new MLContext(seed: 1);
        var rows = SyntheticImages.View(context, 40, classes: 3);
        using var first = Trainers.Multiclass(context, o => o.Training.MaxEpochs = 8).Fit(rows);
        first.SaveWeights(FilePath);

        // A rate that moves nothing: what comes out is what was taken over, but for the statistics of batch normalisation, which a frozen backbone keeps.
        var others = SyntheticImages.View(context, 24, classes: 3, seed: 5);
        using var second = GoOn(context, o => o.Strategy = TransferStrategy.LinearProbe(Cut)).Fit(others);
        using var headless = GoOn(context, o => (o.Strategy, o.KeepHead) = (TransferStrategy.LinearProbe(Cut), false)).Fit(others);

        var expected = Scores(first, others);
        Assert.True(expected.Zip(Scores(second, others)).All(pair => pair.First.Zip(pair.Second).All(s => Math.Abs(s.First - s.Second) < 1e-4)));
        Assert.Contains(expected.Zip(Scores(headless, others)), pair => pair.First.Zip(pair.Second).Any(s => Math.Abs(s.First - s.Second) > 0.1));
        Assert.Contains("fc.weight", second.WeightsReport!.Matched);
    }

    [Fact]
    public void Other_classes_or_another_order_are_refused()
    {
        var context = new MLContext(seed: 1);
        using var model = Trainers.Multiclass(context).Fit(SyntheticImages.View(context, 40, classes: 3));
        model.SaveWeights(FilePath);

        var fewer = Assert.Throws<WeightsException>(() => GoOn(context).Fit(SyntheticImages.View(context, 40, classes: 2)));
        Assert.Contains("tells apart upper left, upper right, lower left; the label column has upper left, upper right.", fewer.Message, StringComparison.Ordinal);

        var file = WeightsFile.Load(FilePath);
        var swapped = new Dictionary<string, string>(file.Metadata) { ["truncatedtl.classes"] = "upper right\nupper left\nlower left" };
        new WeightsFile(file.Tensors, swapped).SaveSafetensors(FilePath);
        Assert.Contains("their order", Assert.Throws<WeightsException>(() => GoOn(context).Fit(SyntheticImages.View(context, 40, classes: 3))).Message, StringComparison.Ordinal);

        swapped.Remove("truncatedtl.classes");
        new WeightsFile(file.Tensors, swapped).SaveSafetensors(FilePath);
        Assert.Contains("do not say which classes", Assert.Throws<WeightsException>(() => GoOn(context).Fit(SyntheticImages.View(context, 40, classes: 3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_classifier_of_another_form_is_refused()
    {
        var context = new MLContext(seed: 1);
        var rows = SyntheticImages.View(context, 40, classes: 3);
        using var model = Trainers.Multiclass(context).Fit(rows);
        model.SaveWeights(FilePath);

        Assert.Throws<WeightsMismatchException>(() => GoOn(context, o => o.Head = HeadPooling.AverageAndMax).Fit(rows));
    }

    [Theory]
    [InlineData("FromScratch")]
    [InlineData("TransFusion(layer1.0)")]
    public void A_strategy_that_starts_units_at_random_is_refused(string strategy)
    {
        var context = new MLContext(seed: 1);

        var error = Assert.Throws<ArgumentException>(() => Trainers.Multiclass(context, o => (o.Weights, o.KeepHead, o.Strategy) = (PretrainedWeights.Bundled, true, TransferStrategy.Parse(strategy))).Fit(SyntheticImages.View(context, 8)));

        Assert.Contains("start at random", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pretraining_that_kept_its_head_goes_on_with_it()
    {
        var context = new MLContext(seed: 1);
        var rows = SyntheticImages.View(context, 40, classes: 3);
        TrainingOptions Training() => new() { MaxEpochs = 1, BatchSize = 16, Augmentation = null, ValidationFraction = 0 };
        var first = context.Pretrain(rows, new PretrainingOptions { Backbone = "resnet18_w32", Training = Training() });
        first.Save(FilePath, halfPrecision: false, includeHead: true);

        var still = Training();
        (still.LearningRate, still.MinimumLearningRate) = (1e-12, 0);
        var second = context.Pretrain(rows, new PretrainingOptions { Weights = PretrainedWeights.FromFile(FilePath), KeepHead = true, Training = still });

        Assert.Equal(first.Weights.Tensors["fc.weight"].Bytes.ToArray(), second.Weights.Tensors["fc.weight"].Bytes.ToArray());

        first.Save(FilePath);
        Assert.Throws<WeightsMismatchException>(() => context.Pretrain(rows, new PretrainingOptions { Weights = PretrainedWeights.FromFile(FilePath), KeepHead = true, Training = still }));
    }

    private TransferLearningMulticlassTrainer GoOn(MLContext context, Action<TransferLearningMulticlassTrainer.Options>? change = null) => Trainers.Multiclass(context, o =>
    {
        o.Strategy = TransferStrategy.Truncated(Cut);
        o.Weights = PretrainedWeights.FromFile(FilePath);
        o.KeepHead = true;
        o.Training.MaxEpochs = 1;
        (o.Training.LearningRate, o.Training.MinimumLearningRate) = (1e-12, 0);
        change?.Invoke(o);
    });

    private static float[][] Scores(TransferLearningTransformer model, IDataView rows) => [.. model.Transform(rows).GetColumn<float[]>("Score")];
}
