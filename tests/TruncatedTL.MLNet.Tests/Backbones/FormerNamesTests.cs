using System.Text.RegularExpressions;
using TruncatedTL.MLNet.Backbones;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Backbones;

/// <summary>Names in older checkpoints are brought to the names in use.</summary>
public class FormerNamesTests
{
    [Theory]
    [InlineData("features.denseblock1.denselayer1.norm.1.weight", "features.denseblock1.denselayer1.norm1.weight")]
    [InlineData("features.denseblock4.denselayer16.conv.2.weight", "features.denseblock4.denselayer16.conv2.weight")]
    [InlineData("features.denseblock3.denselayer10.norm.2.running_mean", "features.denseblock3.denselayer10.norm2.running_mean")]
    [InlineData("features.denseblock1.denselayer1.norm1.weight", "features.denseblock1.denselayer1.norm1.weight")]
    [InlineData("features.transition1.norm.weight", "features.transition1.norm.weight")]
    [InlineData("features.norm5.bias", "features.norm5.bias")]
    public void DenseNet_ForImages(string former, string expected) => AssertRenamed("densenet121", former, expected);

    [Theory]
    [InlineData("features.denseblock1.denselayer1.norm.1.weight", "features.denseblock1.denselayer1.layers.norm1.weight")]
    [InlineData("features.denseblock1.denselayer1.layers.norm.1.weight", "features.denseblock1.denselayer1.layers.norm1.weight")]
    [InlineData("features.denseblock2.denselayer12.conv2.weight", "features.denseblock2.denselayer12.layers.conv2.weight")]
    [InlineData("features.denseblock2.denselayer12.layers.conv2.weight", "features.denseblock2.denselayer12.layers.conv2.weight")]
    [InlineData("features.transition1.conv.weight", "features.transition1.conv.weight")]
    public void DenseNet_ForVolumes(string former, string expected) => AssertRenamed("densenet121_3d", former, expected);

    private static void AssertRenamed(string name, string former, string expected)
    {
        var backbone = Backbone.Create(name);
        var renamed = backbone.FormerNames.Aggregate(former, (current, rule) => Regex.Replace(current, rule.Pattern, rule.Replacement));

        Assert.Equal(expected, renamed);
        Assert.Contains(backbone.Units.SelectMany(u => ParameterSpecification.Of(u.Body)), p => p.Name == renamed);
    }
}
