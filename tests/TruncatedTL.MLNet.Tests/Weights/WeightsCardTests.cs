using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

public class WeightsCardTests
{
    private static readonly WeightsCard Full = new()
    {
        Backbone = "resnet10_3d_w32",
        InputSize = [32, 48, 64],
        PixelScale = 4095,
        Mean = [0.1, 1.0 / 3],
        StandardDeviation = [0.25, 1e-7],
        ChannelOrder = ChannelOrder.Bgr,
        License = "CC-BY-4.0",
        Source = "phantoms, made by formula",
    };

    [Fact]
    public void A_card_survives_a_file()
    {
        using var path = new TemporaryPath(".safetensors");
        new WeightsFile(new Dictionary<string, TensorData> { ["a"] = TensorData.FromSingle([1], [1f]) }, Full.ToMetadata()).SaveSafetensors(path.Path);
        var read = WeightsCard.FromMetadata(WeightsFile.Load(path.Path).Metadata);

        Assert.Equal(Full.InputSize, read.InputSize);
        Assert.Equal(Full.Mean, read.Mean);
        Assert.Equal(Full.StandardDeviation, read.StandardDeviation);
        Assert.Equal(
            (Full.Backbone, Full.PixelScale, Full.ChannelOrder, Full.License, Full.Source),
            (read.Backbone, read.PixelScale, read.ChannelOrder, read.License, read.Source));
        Assert.Equal("resnet10_3d_w32", PretrainedWeights.FromFile(path.Path).Backbone);
    }

    [Fact]
    public void Metadata_without_a_card_give_the_defaults()
    {
        var card = WeightsCard.FromMetadata(new Dictionary<string, string> { ["epoch"] = "3" });
        Assert.Equal(
            (null, null, 255, null, null, ChannelOrder.Rgb, null, null),
            (card.Backbone, card.InputSize, card.PixelScale, card.Mean, card.StandardDeviation, card.ChannelOrder, card.License, card.Source));
    }

    [Theory]
    [InlineData("input_size", "64")]
    [InlineData("input_size", "64,64,64,64")]
    [InlineData("input_size", "64,0")]
    [InlineData("input_size", "64,6.5")]
    [InlineData("input_size", "64,99999999999")]
    [InlineData("input_size", "")]
    [InlineData("pixel_scale", "0")]
    [InlineData("pixel_scale", "1,2")]
    [InlineData("pixel_scale", "infinity")]
    [InlineData("mean", "0.5,x")]
    [InlineData("mean", "0.5")]
    [InlineData("std", "-1")]
    [InlineData("channel_order", "GBR")]
    public void What_cannot_be_understood_is_an_error(string key, string value)
    {
        var metadata = new Dictionary<string, string> { [$"truncatedtl.{key}"] = value };
        Assert.Contains($"truncatedtl.{key}", Assert.Throws<WeightsException>(() => WeightsCard.FromMetadata(metadata)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_damaged_file_says_nothing_of_its_network_before_it_is_opened()
    {
        using var path = new TemporaryPath(".safetensors");
        Assert.Null(PretrainedWeights.FromFile(path.Path).Backbone);
        File.WriteAllBytes(path.Path, [1, 2, 3]);
        Assert.Null(PretrainedWeights.FromFile(path.Path).Backbone);
        Assert.Throws<WeightsFormatException>(() => PretrainedWeights.FromFile(path.Path).Open("resnet18"));
    }
}
