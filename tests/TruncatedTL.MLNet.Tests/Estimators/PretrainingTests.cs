using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Data.Numpy;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>From a labelled source to weights in use.</summary>
public sealed class PretrainingTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void Pretrained_weights_serve_at_once_and_bring_their_input_along()
    {
        var source = SyntheticImages.View(_context, 32, classes: 3, channels: 3, size: 24);
        var pretrained = _context.Pretrain(source, Options(o =>
        {
            o.LabelColumnName = "Class";
            o.Normalization = new PixelNormalization(200, [0.4], [0.3]);
            o.License = "CC0-1.0";
            o.Source = "bright quarters";
        }));
        Assert.Equal(["lower left", "upper left", "upper right"], pretrained.ClassNames);
        Assert.Equal(2, pretrained.Training.History.Count);

        using var path = new TemporaryPath(".safetensors");
        pretrained.Save(path.Path);
        var file = WeightsFile.Load(path.Path);
        var card = WeightsCard.FromMetadata(file.Metadata);
        Assert.Equal(("resnet18_w32", "CC0-1.0"), (card.Backbone, card.License));
        Assert.Equal([24, 24], card.InputSize!);
        Assert.StartsWith("bright quarters. 29 images of 3 classes, epoch ", card.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("fc.weight", file.Tensors.Keys);
        Assert.Equal(TensorElementType.Float16, file.Tensors["layer1.0.conv1.weight"].ElementType);
        Assert.Equal(TensorElementType.Float32, file.Tensors["bn1.running_var"].ElementType);

        // Nothing but the file is named: network, size and normalisation are those of the pretraining, for grey images of another size.
        using var model = _context.BinaryClassification.Trainers.TransferLearning(
            _context, TransferStrategy.Truncated("layer1.1"), PretrainedWeights.FromFile(path.Path), labelColumnName: "Positive", maxEpochs: 1)
            .Fit(SyntheticImages.View(_context, 24));
        Assert.Equal("resnet18_w32", model.Backbone);
        Assert.Equal(Backbone.Create("resnet18_w32", inputChannels: 1).CountMacs("layer1.1", 24, 24) + 32, model.MacCount);
        Assert.Equal((200, 0.4, 0.3), (model.Normalization.Scale, Assert.Single(model.Normalization.Mean), Assert.Single(model.Normalization.StandardDeviation)));
        Assert.Empty(model.WeightsReport!.Missing);

        // What the user says goes before what the file says.
        using var told = Trainers.Binary(_context, o =>
        {
            o.Strategy = TransferStrategy.Truncated("layer1.1");
            o.Weights = PretrainedWeights.FromFile(path.Path);
            o.InputSize = [16, 16];
            o.Normalization = PixelNormalization.ImageNet;
        }).Fit(SyntheticImages.View(_context, 24));
        Assert.Equal(Backbone.Create("resnet18_w32", inputChannels: 1).CountMacs("layer1.1", 16, 16) + 32, told.MacCount);
        Assert.Equal(255, told.Normalization.Scale);
    }

    [Fact]
    public void Weights_with_blue_first_give_the_same_network_as_weights_with_red_first()
    {
        var source = SyntheticImages.View(_context, 24, classes: 2, channels: 3);
        var pretrained = _context.Pretrain(source, Options(o => o.Normalization = new PixelNormalization(255, [0.4, 0.5, 0.6], [0.2, 0.3, 0.4])));
        var blueFirst = pretrained.Weights.Tensors.ToDictionary(
            tensor => tensor.Key,
            tensor => tensor.Key == "conv1.weight" ? InputStemAdapter.ReverseChannels(tensor.Value) : tensor.Value);
        var card = WeightsCard.FromMetadata(pretrained.Weights.Metadata) with { Mean = [0.6, 0.5, 0.4], StandardDeviation = [0.4, 0.3, 0.2], ChannelOrder = ChannelOrder.Bgr };
        var turned = PretrainedWeights.FromTensors(new WeightsFile(blueFirst, card.ToMetadata()), "blue first");

        using var red = Model(pretrained.ToPretrainedWeights());
        using var blue = Model(turned);
        Assert.Equal(red.Transform(source).GetColumn<float>("Score"), blue.Transform(source).GetColumn<float>("Score"));

        TransferLearningTransformer Model(PretrainedWeights weights) => Trainers.Binary(new MLContext(seed: 1), o =>
        {
            o.Strategy = TransferStrategy.LinearProbe("layer1.0");
            o.Weights = weights;
            o.Training.MaxEpochs = 1;
            o.Training.NumberOfThreads = 1;
        }).Fit(source);
    }

    [Fact]
    public void Findings_with_unknowns_are_pretrained_on()
    {
        var pretrained = _context.Pretrain(Findings(48, i => i % 3 == 0 ? float.NaN : i % 2), Options(o =>
        {
            o.Training.MaxEpochs = 6;

            // A mirrored image would have another label.
            o.Training.Augmentation = null;
        }));
        Assert.Equal(["bright left", "unsure"], pretrained.ClassNames);
        Assert.Equal([2, 256], pretrained.Weights.Tensors["fc.weight"].Shape);
        Assert.Contains("of 2 findings", WeightsCard.FromMetadata(pretrained.Weights.Metadata).Source, StringComparison.Ordinal);
        Assert.True(pretrained.Training.History[^1].TrainLoss < pretrained.Training.History[0].TrainLoss, pretrained.Training.ToString());
    }

    [Fact]
    public void A_MedMNIST_file_with_several_labels_an_image_is_pretrained_on()
    {
        const int Count = 20;
        var random = new Random(5);
        var pixels = Enumerable.Range(0, Count).SelectMany(i => SyntheticImages.Pixels(i % 2, 1, SyntheticImages.Size, random)).ToArray();
        var labels = Enumerable.Range(0, Count).SelectMany(i => new[] { (sbyte)(i % 2), (sbyte)(i % 3 == 0 ? -1 : 1 - (i % 2)), (sbyte)0 }).Select(label => (byte)label).ToArray();
        using var folder = new TemporaryFolder();
        var path = folder.Write("chest.npz", ZipBuilder.CreateNpz(
            true,
            ("train_images", NpyBuilder.Create("|u1", [Count, SyntheticImages.Size, SyntheticImages.Size], pixels)),
            ("train_labels", NpyBuilder.Create("|i1", [Count, 3], labels)),
            ("val_images", NpyBuilder.CreateBytes(1, 4, 4)),
            ("val_labels", NpyBuilder.Create("|i1", [1, 2], [1, 7]))));
        string[] findings = ["effusion", "nodule", "hernia"];
        var source = _context.Data.LoadMultiLabelFromMedMnist(path, MedMnistSplit.Train, findings);
        Assert.Equal([1f, 0f, 0f], source.GetColumn<float[]>("Label").ElementAt(1));
        Assert.True(float.IsNaN(source.GetColumn<float[]>("Label").First()[1]));

        var pretrained = _context.Pretrain(source, Options());
        Assert.Equal(findings, pretrained.ClassNames);
        Assert.Equal([3, 256], pretrained.Weights.Tensors["fc.weight"].Shape);

        Assert.Throws<ArgumentException>(() => _context.Data.LoadMultiLabelFromMedMnist(path, MedMnistSplit.Train, ["effusion"]));
        var error = Assert.Throws<ImageFormatException>(() => _context.Data.LoadMultiLabelFromMedMnist(path, MedMnistSplit.Validation));
        Assert.Contains("image 0, finding 1: 7", error.Message, StringComparison.Ordinal);
        Assert.Throws<ImageFormatException>(() => _context.Data.LoadMultiLabelFromMedMnist(path, MedMnistSplit.Test));
    }

    [Fact]
    public void A_yes_or_no_is_pretrained_on()
    {
        var pretrained = _context.Pretrain(SyntheticImages.View(_context, 24), Options(o => o.LabelColumnName = "Positive"));
        Assert.Equal([1, 256], pretrained.Weights.Tensors["fc.weight"].Shape);
    }

    [Fact]
    public void Pretraining_goes_on_from_weights()
    {
        var source = SyntheticImages.View(_context, 24, classes: 3);
        var first = _context.Pretrain(source, Options());
        var second = _context.Pretrain(source, Options(o => o.Weights = first.ToPretrainedWeights()));
        var third = _context.Pretrain(source, Options());
        Assert.Equal(first.Weights.Tensors["conv1.weight"].ToSingle(), third.Weights.Tensors["conv1.weight"].ToSingle());
        Assert.NotEqual(first.Weights.Tensors["conv1.weight"].ToSingle(), second.Weights.Tensors["conv1.weight"].ToSingle());
    }

    [Fact]
    public void The_validation_rows_get_the_keys_of_the_training_rows()
    {
        var pretrained = _context.Pretrain(SyntheticImages.View(_context, 24, classes: 3), Options(o =>
        {
            o.LabelColumnName = "Class";
            o.ValidationSet = SyntheticImages.View(_context, 9, classes: 3, seed: 2);
        }));
        Assert.True(pretrained.Training.IsMetricOnValidation);
    }

    [Fact]
    public void What_cannot_be_a_label_is_refused()
    {
        Assert.Contains("'Nothing'", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Pretrain(SyntheticImages.View(_context, 8), Options(o => o.LabelColumnName = "Nothing"))).Message, StringComparison.Ordinal);
        Assert.Contains("'Group'", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Pretrain(SyntheticImages.View(_context, 8), Options(o => o.LabelColumnName = "Group"))).Message, StringComparison.Ordinal);
        Assert.Contains("'Image'", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Pretrain(SyntheticImages.View(_context, 8, imageColumnName: "Picture"), Options())).Message, StringComparison.Ordinal);
        var half = Assert.Throws<TrainingDataException>(() => _context.Pretrain(Findings(8, _ => 0.5f), Options()));
        Assert.Contains("finding 1", half.Message, StringComparison.Ordinal);
        Assert.Equal(0, half.Row);
    }

    [Fact]
    public void A_cancelled_pretraining_ends_with_the_exception_of_cancelling()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => _context.Pretrain(SyntheticImages.View(_context, 24), Options(o => o.CancellationToken = source.Token)));
    }

    private static PretrainingOptions Options(Action<PretrainingOptions>? change = null)
    {
        var options = new PretrainingOptions { Backbone = "resnet18_w32" };
        options.Training.MaxEpochs = 2;
        options.Training.BatchSize = 16;
        options.Training.ValidationFraction = 0.1;
        options.Training.Seed = 3;
        options.Training.NumberOfThreads = 1;
        change?.Invoke(options);
        return options;
    }

    // One image a row, bright on the left or on the right, and two findings: one known, the other as the caller says.
    private IDataView Findings(int count, Func<int, float> second)
    {
        var random = new Random(5);
        var rows = Enumerable.Range(0, count).Select(i => new FindingsRow
        {
            Image = SyntheticImages.Pixels(i % 2, 1, SyntheticImages.Size, random),
            Label = [1 - (i % 2), second(i)],
        });
        return Named(_context.Data.LoadFromEnumerable(rows.ToArray()));
    }

    // Slot names come about where columns are put together.
    private IDataView Named(IDataView view)
    {
        var left = _context.Transforms.CustomMapping<FindingsRow, Parts>((row, parts) => (parts.Left, parts.Right) = (row.Label[0], row.Label[1]), contractName: null).Fit(view).Transform(view);
        var renamed = _context.Transforms.CopyColumns("bright left", "Left").Append(_context.Transforms.CopyColumns("unsure", "Right")).Fit(left).Transform(left);
        return _context.Transforms.Concatenate("Label", "bright left", "unsure").Fit(renamed).Transform(renamed);
    }

    private sealed class FindingsRow
    {
        [VectorType(1, SyntheticImages.Size, SyntheticImages.Size)]
        public byte[] Image { get; set; } = [];

        [VectorType(2)]
        public float[] Label { get; set; } = [];
    }

    private sealed class Parts
    {
        public float Left { get; set; }

        public float Right { get; set; }
    }
}
