using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>The weights inside the package.</summary>
public class BundledWeightsTests
{
    private const int LargestBytes = 12_000_000;

    public static TheoryData<string> Networks => [.. BundledWeights.BackboneNames];

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_file_fits_its_network_and_says_what_it_is(string name)
    {
        var file = PretrainedWeights.Bundled.Open(name);
        var backbone = Backbone.Create(name);
        var expected = backbone.Units.SelectMany(unit => ParameterSpecification.Of(unit.Body)).Select(p => new ExpectedTensor(p.Name, p.Shape)).ToArray();
        var report = WeightsMatcher.Match(file, expected).Report;
        Assert.Equal(expected.Length, report.Matched.Count);
        Assert.Empty(report.Unexpected);
        Assert.All(file.Tensors.Values, tensor => Assert.All(tensor.ToDouble(), value => Assert.True(double.IsFinite(value))));

        var card = WeightsCard.FromMetadata(file.Metadata);
        Assert.Equal((name, "MIT"), (card.Backbone, card.License));
        Assert.Equal(backbone.SpatialRank, card.InputSize!.Count);
        Assert.Contains("by formula", card.Source, StringComparison.Ordinal);
        Assert.True(file.Tensors.Values.Sum(tensor => (long)tensor.Bytes.Length) < LargestBytes);
    }

    [Fact]
    public void There_are_weights_for_images_and_for_volumes() =>
        Assert.Equal([2, 3], BundledWeights.BackboneNames.Select(name => Backbone.Create(name).SpatialRank));

    [Fact]
    public void A_network_without_bundled_weights_is_told_which_have_some()
    {
        var context = new MLContext(seed: 1);
        var trainer = context.BinaryClassification.Trainers.TransferLearning(context, TransferStrategy.Full(), backbone: "resnet50", labelColumnName: "Positive");
        var error = Assert.Throws<WeightsException>(() => trainer.Fit(SyntheticImages.View(context, 8)));
        Assert.Contains("'resnet50'", error.Message, StringComparison.Ordinal);
        Assert.Contains("resnet18_w32 and resnet10_3d_w32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void They_are_what_a_trainer_takes_when_nothing_is_said()
    {
        var context = new MLContext(seed: 1);
        var data = SyntheticImages.View(context, 24);
        using var model = context.BinaryClassification.Trainers
            .TransferLearning(context, TransferStrategy.Truncated("layer1.0"), labelColumnName: "Positive", maxEpochs: 1)
            .Fit(data);
        Assert.Equal("resnet18_w32", model.Backbone);
        Assert.Empty(model.WeightsReport!.Missing);
        Assert.Equal(24, model.Transform(data).GetColumn<float>("Probability").Count());
    }

    [Fact]
    public void A_control_from_scratch_sees_its_images_as_the_others_do()
    {
        var context = new MLContext(seed: 1);
        using var scratch = Trainers.Binary(context, o =>
        {
            o.Weights = PretrainedWeights.Bundled;
            o.Training.MaxEpochs = 1;
        }).Fit(SyntheticImages.View(context, 24));
        Assert.Null(scratch.WeightsReport);
        Assert.Equal(Backbone.Create("resnet18_w32", inputChannels: 1).CountMacs("layer1.0", 64, 64) + 32, scratch.MacCount);

        // A network that has none trains from scratch all the same.
        using var other = Trainers.Binary(context, o =>
        {
            o.Weights = PretrainedWeights.Bundled;
            o.Backbone = "resnet18";
            o.Training.MaxEpochs = 1;
        }).Fit(SyntheticImages.View(context, 24));
        Assert.Equal(Backbone.Create("resnet18", inputChannels: 1).CountMacs("layer1.0", 16, 16) + 64, other.MacCount);
    }
}
