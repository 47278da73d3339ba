using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests;

public sealed class ModelDescriptionTests
{
    private static readonly Dictionary<string, string> Facts = new(new WeightsCard { Backbone = "resnet18_w32", InputSize = [32, 32], Mean = [0.5], StandardDeviation = [0.25] }.ToMetadata())
    {
        ["truncatedtl.strategy"] = "Truncated(layer1.0)",
        ["truncatedtl.cut"] = "layer1.0",
        ["truncatedtl.classes"] = "no\nyes",
        ["truncatedtl.input_channels"] = "1",
        ["truncatedtl.operatingPoint.rule"] = "Youden",
        ["truncatedtl.operatingPoint.logit"] = "-1.5",
    };

    [Fact]
    public void The_facts_of_a_weights_file_are_read()
    {
        using var folder = new TemporaryFolder();
        var model = ModelDescription.FromFile(Write(folder, Facts));
        Assert.Equal(["no", "yes"], model.ClassNames);
        Assert.Equal("Truncated(layer1.0)", model.Strategy.ToString());
        Assert.Equal([32, 32], model.ImageSize);
        Assert.Equal("Youden", model.OperatingPoint);
        Assert.Equal(-1.5, model.Threshold);
        Assert.Null(model.Preparation);
    }

    [Theory]
    [InlineData("truncatedtl.strategy", "Sideways")]
    [InlineData("truncatedtl.input_channels", "many")]
    [InlineData("truncatedtl.operatingPoint.logit", "high")]
    [InlineData("truncatedtl.preparation", "{ }")]
    [InlineData("truncatedtl.classes", null)]
    [InlineData("truncatedtl.cut", null)]
    public void What_cannot_be_understood_is_a_typed_error_that_names_the_file(string key, string? value)
    {
        using var folder = new TemporaryFolder();
        var facts = new Dictionary<string, string>(Facts);
        facts.Remove(key);
        if (value is not null)
        {
            facts.Add(key, value);
        }

        var path = Write(folder, facts);
        Assert.Contains(path, Assert.Throws<ModelFormatException>(() => ModelDescription.FromFile(path)).Message);
    }

    [Theory]
    [InlineData("model.zip", "PK no more")]
    [InlineData("model.onnx", "nothing of the kind")]
    [InlineData("model.zip", "")]
    public void A_file_that_is_no_model_is_a_typed_error(string name, string content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write(name, System.Text.Encoding.ASCII.GetBytes(content));
        Assert.Throws<ModelFormatException>(() => ModelDescription.FromFile(path));
    }

    [Fact]
    public void Weights_fit_the_backbone_that_they_are_for_and_lesser_ones_follow()
    {
        var matches = BackboneMatch.Find(PretrainedWeights.Bundled.Open("resnet18_w32"));
        Assert.Equal("resnet18_w32", Assert.Single(matches, match => match.IsComplete).Backbone);
        Assert.Equal("resnet18_w32", matches[0].Backbone);
        Assert.Equal(1, matches[0].Share);
        Assert.DoesNotContain(matches, match => match.Backbone.Contains("3d", StringComparison.Ordinal));
        Assert.Equal("resnet18_w32", PretrainedWeights.Bundled.ReadCard()!.Backbone);
        Assert.Null(PretrainedWeights.Random.ReadCard());
    }

    private static string Write(TemporaryFolder folder, Dictionary<string, string> facts)
    {
        var path = Path.Combine(folder.FullName, "model.safetensors");
        new WeightsFile(new Dictionary<string, TensorData> { ["x"] = TensorData.FromSingle([1], [1f]) }, facts).SaveSafetensors(path);
        return path;
    }
}
