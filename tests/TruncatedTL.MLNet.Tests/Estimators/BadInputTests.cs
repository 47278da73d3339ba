using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>Each mistake gets a typed error that says what to do, before training starts wherever that is possible.</summary>
public sealed class BadInputTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void A_misspelt_cut_is_found_when_the_trainer_is_made()
    {
        var error = Assert.Throws<CutNotFoundException>(() => Trainers.Binary(_context, o => o.Strategy = TransferStrategy.FromScratch("layer1_0x")));
        Assert.Contains("Did you mean 'layer1.0'", error.Message);
    }

    [Fact]
    public void A_misspelt_backbone_is_found_when_the_trainer_is_made()
    {
        var error = Assert.Throws<BackboneNotFoundException>(() => Trainers.Binary(_context, o => o.Backbone = "resnet81"));
        Assert.Contains("resnet18", error.Message);
    }

    [Fact]
    public void A_strategy_that_needs_weights_says_so()
    {
        var error = Assert.Throws<ArgumentException>(() => Trainers.Binary(_context, o => o.Strategy = TransferStrategy.Truncated("layer1.0")));
        Assert.Contains("PretrainedWeights.FromFile", error.Message);
    }

    [Fact]
    public void A_missing_weights_file_is_named()
    {
        var trainer = Trainers.Binary(_context, o =>
        {
            o.Strategy = TransferStrategy.Full();
            o.Weights = PretrainedWeights.FromFile("no-such-weights.pth");
        });
        var error = Assert.Throws<FileNotFoundException>(() => trainer.Fit(SyntheticImages.View(_context, 16)));
        Assert.Contains("no-such-weights.pth", error.Message);
    }

    [Fact]
    public void Weights_of_another_network_are_refused_with_a_report()
    {
        using var donor = Trainers.Binary(_context).Fit(SyntheticImages.View(_context, 16));
        using var file = new TemporaryPath(".safetensors");
        donor.SaveWeights(file.Path);
        var trainer = Trainers.Binary(_context, o =>
        {
            o.Backbone = BackboneNames.ResNet50;
            o.Strategy = TransferStrategy.Truncated("layer1.0");
            o.Weights = PretrainedWeights.FromFile(file.Path);
        });
        var error = Assert.Throws<WeightsMismatchException>(() => trainer.Fit(SyntheticImages.View(_context, 16)));
        Assert.Contains("layer1.0.conv3.weight", error.Message);
    }

    [Fact]
    public void A_truncated_donor_is_not_taken_for_a_full_network()
    {
        using var donor = Trainers.Binary(_context).Fit(SyntheticImages.View(_context, 16));
        using var file = new TemporaryPath(".safetensors");
        donor.SaveWeights(file.Path);
        var full = Trainers.Binary(_context, o =>
        {
            o.Strategy = TransferStrategy.Full();
            o.Weights = PretrainedWeights.FromFile(file.Path);
        });
        var error = Assert.Throws<WeightsMismatchException>(() => full.Fit(SyntheticImages.View(_context, 16)));
        Assert.Contains("layer4.1.conv2.weight", error.Report.Missing);

        using var same = Trainers.Binary(_context, o =>
        {
            o.Strategy = TransferStrategy.Truncated("layer1.0");
            o.Weights = PretrainedWeights.FromFile(file.Path);
        }).Fit(SyntheticImages.View(_context, 16));
        Assert.Empty(same.WeightsReport!.Missing);
    }

    [Fact]
    public void An_empty_view_is_refused()
    {
        var empty = SyntheticImages.View(_context, 0);
        var error = Assert.Throws<TrainingDataException>(() => Trainers.Binary(_context).Fit(empty));
        Assert.Contains("no ", error.Message);
    }

    [Fact]
    public void Rows_of_one_class_only_are_refused()
    {
        var one = _context.Data.TakeRows(SyntheticImages.View(_context, 8, classes: 1), 8);
        Assert.Throws<TrainingDataException>(() => Trainers.Binary(_context).Fit(one));
    }

    [Fact]
    public void A_key_with_one_value_is_refused()
    {
        var one = SyntheticImages.View(_context, 8, classes: 1);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Trainers.Multiclass(_context).Fit(one));
        Assert.Contains("at least two", error.Message);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Pixels_that_are_not_numbers_are_refused_with_their_row(float bad)
    {
        var view = SyntheticImages.View(_context, 16, asBytes: false, scale: bad);
        var error = Assert.Throws<TrainingDataException>(() => Trainers.Binary(_context).Fit(view));
        Assert.Contains("0", error.Message);
    }

    [Fact]
    public void A_vector_without_dimensions_is_explained()
    {
        var rows = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 8).Select(i => new FlatRow { Label = i % 2 == 0 }));
        var trainer = Trainers.Binary(_context, o => o.LabelColumnName = "Label");
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(rows));
        Assert.Contains("[VectorType(", error.Message);
    }

    [Fact]
    public void A_row_without_a_label_is_named()
    {
        var rows = SyntheticImages.View(_context, 12, classes: 2);
        var other = SyntheticImages.View(_context, 12, classes: 3);
        var withUnknown = _context.Transforms.Conversion.MapValueToKey("Label", "Class").Fit(rows).Transform(other);
        var error = Assert.Throws<TrainingDataException>(() => Trainers.Multiclass(_context).Fit(withUnknown));
        Assert.Contains("Row 2 has no label", error.Message);
    }

    [Fact]
    public void A_corrupt_image_file_fails_with_its_error_before_training()
    {
        using var file = new TemporaryPath(".png");
        File.WriteAllBytes(file.Path, [1, 2, 3, 4]);
        var rows = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 4).Select(i => new FileRow { ImagePath = file.Path, Label = i % 2 == 0 }));
        var view = _context.Transforms.LoadImages("Image", string.Empty, "ImagePath").Fit(rows).Transform(rows);
        var trained = false;
        var trainer = Trainers.Binary(_context, o =>
        {
            o.LabelColumnName = "Label";
            o.MetricsCallback = _ => trained = true;
        });
        var error = Assert.ThrowsAny<Exception>(() => trainer.Fit(view));
        Assert.IsType<TrainingDataException>(error);
        Assert.False(trained);
    }

    [Fact]
    public void An_input_size_that_does_not_fit_the_network_is_explained()
    {
        var trainer = Trainers.Binary(_context, o => o.InputSize = [16, 16, 16]);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(SyntheticImages.View(_context, 8)));
        Assert.Contains("height and width", error.Message);
    }

    [Fact]
    public void Bad_options_are_named()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Trainers.Binary(_context, o => o.Training.ValidationFraction = 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Trainers.Binary(_context, o => o.Training.BatchSize = 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Trainers.Binary(_context, o => o.Training.LearningRate = double.NaN));
        Assert.Throws<ArgumentException>(() => Trainers.Binary(_context, o => o.ImageColumnName = " "));
    }

    private sealed class FlatRow
    {
        public bool Label { get; set; }

        [VectorType(16)]
        public float[] Image { get; set; } = new float[16];
    }

    private sealed class FileRow
    {
        public string ImagePath { get; set; } = string.Empty;

        public bool Label { get; set; }
    }
}
