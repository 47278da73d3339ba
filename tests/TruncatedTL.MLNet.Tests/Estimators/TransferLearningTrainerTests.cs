using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

public sealed class TransferLearningTrainerTests
{
    [Fact]
    public void Multiclass_model_learns_and_is_the_same_after_save_and_load()
    {
        var context = new MLContext(seed: 1);
        var train = SyntheticImages.View(context, 80, classes: 4);
        var test = SyntheticImages.View(context, 40, classes: 4, seed: 2);
        using var model = Trainers.Multiclass(context, o => o.Training.MaxEpochs = 8).Fit(train);
        var scored = model.Transform(test);
        var metrics = context.MulticlassClassification.Evaluate(scored);
        Assert.True(metrics.MacroAccuracy > 0.9, $"macro accuracy {metrics.MacroAccuracy}");

        using var loaded = SavedAndLoaded(context, model, train.Schema);
        var loadedMetrics = new MLContext().MulticlassClassification.Evaluate(loaded.Model.Transform(test));
        Assert.Equal(metrics.MacroAccuracy, loadedMetrics.MacroAccuracy);
        Assert.Equal(metrics.LogLoss, loadedMetrics.LogLoss, 1e-6);
        AssertSameScores(scored.GetColumn<float[]>("Score"), loaded.Model.Transform(test).GetColumn<float[]>("Score"));
        Assert.Equal(SyntheticImages.ClassNames, SlotNames(scored.Schema["Score"]));
        Assert.All(scored.GetColumn<float[]>("Score"), score => Assert.Equal(1, score.Sum(), 1e-5));
    }

    [Fact]
    public void Binary_model_learns_and_is_the_same_after_save_and_load()
    {
        var context = new MLContext(seed: 1);
        var train = SyntheticImages.View(context, 64);
        var test = SyntheticImages.View(context, 40, seed: 2);
        using var model = Trainers.Binary(context, o => o.Training.MaxEpochs = 8).Fit(train);
        var scored = model.Transform(test);
        var metrics = context.BinaryClassification.Evaluate(scored, "Positive");
        Assert.True(metrics.AreaUnderRocCurve > 0.95, $"AUROC {metrics.AreaUnderRocCurve}");

        using var loaded = SavedAndLoaded(context, model, train.Schema);
        var loadedMetrics = new MLContext().BinaryClassification.Evaluate(loaded.Model.Transform(test), "Positive");
        Assert.Equal(metrics.AreaUnderRocCurve, loadedMetrics.AreaUnderRocCurve);
        Assert.Equal(metrics.LogLoss, loadedMetrics.LogLoss, 1e-6);
        var scores = scored.GetColumn<float>("Score").ToArray();
        var probabilities = scored.GetColumn<float>("Probability").ToArray();
        Assert.Equal(scored.GetColumn<bool>("PredictedLabel"), scores.Select(s => s > 0));
        Assert.All(scores.Zip(probabilities), pair => Assert.Equal(1 / (1 + Math.Exp(-pair.First)), pair.Second, 1e-5));
    }

    [Fact]
    public void CrossValidate_works_for_both_trainers()
    {
        var context = new MLContext(seed: 1);
        var folds = context.MulticlassClassification.CrossValidate(
            SyntheticImages.View(context, 48, classes: 3), Trainers.Multiclass(context), numberOfFolds: 2);
        Assert.Equal(2, folds.Count);
        Assert.All(folds, fold => Assert.InRange(fold.Metrics.MacroAccuracy, 0, 1));
        Assert.NotEqual(folds[0].Metrics.LogLoss, folds[1].Metrics.LogLoss);

        var binaryFolds = context.BinaryClassification.CrossValidate(
            SyntheticImages.View(context, 48), Trainers.Binary(context), numberOfFolds: 2, labelColumnName: "Positive", samplingKeyColumnName: "Group");
        Assert.All(binaryFolds, fold => Assert.InRange(fold.Metrics.AreaUnderRocCurve, 0, 1));
    }

    [Fact]
    public void The_same_seed_gives_the_same_model_bytes_and_scores()
    {
        (byte[] Onnx, float[] Scores) Train()
        {
            var context = new MLContext(seed: 7);
            var train = SyntheticImages.View(context, 40);
            using var model = Trainers.Binary(context, o => o.Training.Augmentation = new AugmentationOptions()).Fit(train);
            using var file = new TemporaryPath(".onnx");
            model.SaveOnnx(file.Path);
            return (File.ReadAllBytes(file.Path), model.Transform(train).GetColumn<float>("Score").ToArray());
        }

        var (first, second) = (Train(), Train());
        Assert.Equal(first.Onnx, second.Onnx);
        Assert.Equal(first.Scores, second.Scores);
    }

    [Fact]
    public void One_estimator_can_be_fitted_twice()
    {
        var context = new MLContext(seed: 1);
        var trainer = Trainers.Binary(context);
        using var first = trainer.Fit(SyntheticImages.View(context, 32));
        using var second = trainer.Fit(SyntheticImages.View(context, 32, seed: 5, channels: 3));
        Assert.Equal(3, second.Transform(SyntheticImages.View(context, 4, channels: 3)).GetColumn<float>("Score").Count() - 1);
    }

    [Fact]
    public void Neither_tensors_nor_files_are_left_behind()
    {
        var folder = Directory.CreateTempSubdirectory("truncatedtl-test-");
        try
        {
            var context = new MLContext(seed: 1) { TempFilePath = folder.FullName };
            var train = SyntheticImages.View(context, 32);
            var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            var trainer = Trainers.Binary(context, o => o.InputSize = [12, 12]);
            trainer.Fit(train).Dispose();
            using (var model = trainer.Fit(train))
            {
                Assert.NotEmpty(folder.GetFiles());
                Assert.Equal(32, model.Transform(train).GetColumn<float>("Score").Count());
            }

            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            Assert.Empty(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_class_without_rows_keeps_its_place()
    {
        var context = new MLContext(seed: 1);
        var all = SyntheticImages.View(context, 48, classes: 3);
        var withoutMiddle = context.Data.FilterByCustomPredicate<ClassOnly>(all, row => row.Class == SyntheticImages.ClassNames[1]);
        using var model = Trainers.Multiclass(context).Fit(withoutMiddle);
        Assert.Equal(SyntheticImages.ClassNames.Take(3), SlotNames(model.Transform(all).Schema["Score"]));
        Assert.Equal(3, model.ClassNames.Count);
    }

    [Fact]
    public void Rows_without_a_label_column_can_be_scored()
    {
        var context = new MLContext(seed: 1);
        var train = SyntheticImages.View(context, 32, classes: 2);
        using var model = Trainers.Multiclass(context).Fit(train);
        var unlabelled = context.Transforms.DropColumns("Label", "Class", "Positive", "Group", "Patient").Fit(train).Transform(train);
        Assert.Equal(["Image"], unlabelled.Schema.Select(c => c.Name));
        Assert.Equal(32, model.Transform(unlabelled).GetColumn<float[]>("Score").Count());
    }

    [Fact]
    public void Explicit_validation_rows_are_really_used()
    {
        var context = new MLContext(seed: 1);
        var metrics = new List<EpochMetrics>();
        using var model = Trainers.Binary(context, o => o.MetricsCallback = metrics.Add)
            .Fit(SyntheticImages.View(context, 32), SyntheticImages.View(context, 8, seed: 9));
        Assert.Equal(model.Training.History.Count, metrics.Count);
        Assert.All(metrics, m => Assert.NotNull(m.ValidationLoss));

        // Eight validation images: every accuracy is a multiple of an eighth.
        Assert.All(metrics, m => Assert.Equal(0, m.ValidationAccuracy!.Value * 8 % 1, 1e-6));
    }

    [Fact]
    public void The_log_tells_strategy_size_epochs_and_parity()
    {
        var context = new MLContext(seed: 1);
        var lines = new List<string>();
        context.Log += (_, e) =>
        {
            if (e.Source.Contains("TransferLearning"))
            {
                lines.Add(e.Message);
            }
        };
        using var model = Trainers.Binary(context).Fit(SyntheticImages.View(context, 32));
        Assert.Contains(lines, line => line.Contains("FromScratch(layer1.0)"));
        Assert.Contains(lines, line => line.Contains("agrees with TorchSharp"));
        Assert.Equal(model.Training.History.Count, lines.Count(line => line.Contains("poch") && line.Contains("/4")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Images_are_resized_inside_the_graph_as_in_training(bool asBytes)
    {
        var context = new MLContext(seed: 1);
        var train = SyntheticImages.View(context, 48, size: 40, asBytes: asBytes);
        using var model = Trainers.Binary(context, o => o.InputSize = [16, 24]).Fit(train);
        Assert.InRange(model.ParityError, 0, 1e-4);
        Assert.Equal(48, model.Transform(train).GetColumn<float>("Score").Count());
    }

    [Fact]
    public void Sixteen_bit_values_are_normalised_by_their_own_statistics()
    {
        var context = new MLContext(seed: 1);
        var train = SyntheticImages.View(context, 64, asBytes: false, scale: 100);
        using var model = Trainers.Binary(context, o => o.Training.MaxEpochs = 8).Fit(train);
        Assert.Equal(1, model.Normalization.Scale);
        Assert.InRange(model.Normalization.Mean[0], 6000, 16000);
        var auroc = context.BinaryClassification.Evaluate(model.Transform(train), "Positive").AreaUnderRocCurve;
        Assert.True(auroc > 0.95, $"AUROC {auroc}");
    }

    [Fact]
    public void What_a_strategy_deletes_is_not_in_the_files()
    {
        var context = new MLContext(seed: 1);
        using var model = Trainers.Binary(context).Fit(SyntheticImages.View(context, 32));
        using var weights = new TemporaryPath(".safetensors");
        using var onnx = new TemporaryPath(".onnx");
        model.SaveWeights(weights.Path);
        model.SaveOnnx(onnx.Path);
        var names = WeightsFile.Load(weights.Path).Tensors.Keys;
        Assert.DoesNotContain(names, name => name.StartsWith("layer1.1", StringComparison.Ordinal) || name.StartsWith("layer2", StringComparison.Ordinal));
        Assert.Contains("fc.weight", names);
        var parameters = OnnxInspector.Inspect(File.ReadAllBytes(onnx.Path)).InitializerBytes / 4;
        Assert.InRange(parameters, model.ParameterCount * 0.9, model.ParameterCount * 1.1);
        Assert.Equal(9536 - 64 * 49 * 2 + 73984 + 64 + 1, model.ParameterCount);
    }

    [Fact]
    public void SaveOnnx_gives_logits_and_probabilities_for_any_batch()
    {
        var context = new MLContext(seed: 1);
        var train = SyntheticImages.View(context, 48, classes: 3);
        using var model = Trainers.Multiclass(context).Fit(train);
        using var file = new TemporaryPath(".onnx");
        model.SaveOnnx(file.Path);
        var expected = model.Transform(train).GetColumn<float[]>("Score").ToArray();
        var images = train.GetColumn<byte[]>("Image").ToArray();
        using var session = new InferenceSession(file.Path);
        foreach (var batch in new[] { 1, 5 })
        {
            var pixels = new DenseTensor<byte>(images.Take(batch).SelectMany(image => image).ToArray(), [batch, 1, 16, 16]);
            using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("image", pixels)]);
            var probabilities = outputs.Single(o => o.Name == "probabilities").AsEnumerable<float>().Chunk(3).ToArray();
            Assert.Equal(batch, probabilities.Length);
            Assert.Equal([batch, 3], outputs.Single(o => o.Name == "logits").AsTensor<float>().Dimensions.ToArray());
            AssertSameScores(expected, probabilities);
        }
    }

    [Fact]
    public void Volumes_are_trained_on_and_scored_after_loading()
    {
        var context = new MLContext(seed: 1);
        var random = new Random(4);
        var rows = Enumerable.Range(0, 24).Select(i => new VolumeRow
        {
            Label = i % 2 == 1,
            Image = Enumerable.Range(0, 8 * 12 * 12).Select(v => (float)random.NextDouble() + (v < 4 * 12 * 12 == (i % 2 == 1) ? 2 : 0)).ToArray(),
        }).ToArray();
        var train = context.Data.LoadFromEnumerable(rows);
        using var model = Trainers.Binary(context, o =>
        {
            o.LabelColumnName = "Label";
            o.Backbone = "resnet10_3d";
            o.Training.Augmentation = new AugmentationOptions();
        }).Fit(train);
        Assert.InRange(model.ParityError, 0, 1e-4);
        using var loaded = SavedAndLoaded(context, model, train.Schema);
        Assert.Equal(model.Transform(train).GetColumn<float>("Score"), loaded.Model.Transform(train).GetColumn<float>("Score"));

        // Slices far apart: the stem keeps them all, and the network costs about twice as much.
        using var everySlice = Trainers.Binary(context, o => (o.LabelColumnName, o.Backbone, o.StemDepthStride) = ("Label", "resnet10_3d", 1)).Fit(train);
        Assert.Equal(Backbone.Create("resnet10_3d", 1, stemDepthStride: 1).CountMacs("layer1.0", 8, 12, 12) + 64, everySlice.MacCount);
        Assert.True(everySlice.MacCount > 1.5 * model.MacCount);
        Assert.InRange(everySlice.ParityError, 0, 1e-4);
        Assert.Throws<ArgumentException>(() => Trainers.Binary(context, o => o.StemDepthStride = 1));
        var wrong = Assert.Throws<ArgumentOutOfRangeException>(() => Trainers.Binary(context, o => o.Backbone = "resnet10_3d").Fit(SyntheticImages.View(context, 8)));
        Assert.Contains("C, D, H, W", wrong.Message);
    }

    private static string[] SlotNames(DataViewSchema.Column column)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return names.DenseValues().Select(name => name.ToString()).ToArray();
    }

    private static void AssertSameScores(IEnumerable<float[]> left, IEnumerable<float[]> right)
    {
        foreach (var (a, b) in left.Zip(right))
        {
            Assert.All(a.Zip(b), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    private static LoadedModel SavedAndLoaded(MLContext context, ITransformer model, DataViewSchema schema)
    {
        using var file = new TemporaryPath(".zip");
        context.Model.Save(model, schema, file.Path);
        return new LoadedModel(new MLContext().Model.Load(file.Path, out _));
    }

    private sealed class ClassOnly
    {
        public string Class { get; set; } = string.Empty;
    }

    private sealed class VolumeRow
    {
        public bool Label { get; set; }

        [VectorType(1, 8, 12, 12)]
        public float[] Image { get; set; } = [];
    }

    private sealed record LoadedModel(ITransformer Model) : IDisposable
    {
        public void Dispose() => (Model as IDisposable)?.Dispose();
    }
}
