using System.Reflection;
using TruncatedTL.MLNet.Backbones;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Backbones;

public class BackboneTests
{
    [Fact]
    public void Names_AreTheConstantsOfBackboneNames()
    {
        var constants = typeof(BackboneNames).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!);

        Assert.Equal(constants.Order(), Backbone.Names.Order());
    }

    [Theory]
    [InlineData("resnet5", "resnet50")]
    [InlineData("ResNet-18", "resnet18")]
    [InlineData("desnet121", "densenet121")]
    [InlineData("mobilenetv2", "mobilenet_v2")]
    [InlineData("resnet18-3d", "resnet18_3d")]
    public void Create_UnknownName_SuggestsNearNames(string name, string near)
    {
        var exception = Assert.Throws<BackboneNotFoundException>(() => Backbone.Create(name));

        Assert.Equal(name, exception.BackboneName);
        Assert.Contains($"'{near}'", exception.Message.Split("The backbones are")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Create_NameLikeNoOther_ListsAllNames()
    {
        var exception = Assert.Throws<BackboneNotFoundException>(() => Backbone.Create("transformer"));

        Assert.DoesNotContain("Did you mean", exception.Message, StringComparison.Ordinal);
        Assert.All(Backbone.Names, name => Assert.Contains(name, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Create_NullName_Throws() => Assert.Throws<ArgumentNullException>(() => Backbone.Create(null!));

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void Create_ChannelsBelowOne_Throws(int channels) =>
        Assert.Equal("inputChannels", Assert.Throws<ArgumentOutOfRangeException>(() => Backbone.Create("resnet18", channels)).ParamName);

    [Theory]
    [InlineData("layer3.6", "layer3.5")]
    [InlineData("Layer3_2", "layer3.2")]
    [InlineData("layer32", "layer3.2")]
    [InlineData("sterm", "stem")]
    public void FindCut_UnknownName_SuggestsNearCuts(string cut, string near)
    {
        var backbone = Backbone.Create("resnet50");

        var exception = Assert.Throws<CutNotFoundException>(() => backbone.FindCut(cut));

        Assert.Equal(cut, exception.Cut);
        Assert.Contains(near, exception.Suggestions);
        Assert.Contains("resnet50", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FindCut_NothingNear_ListsTheCuts()
    {
        var exception = Assert.Throws<CutNotFoundException>(() => Backbone.Create("resnet18").FindCut("transition2"));

        Assert.Empty(exception.Suggestions);
        Assert.Contains("stem, layer1.0, layer1.1, layer2.0", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InputChannels_ChangeTheFirstConvolutionOnly()
    {
        var rgb = Backbone.Create("resnet18");
        var grey = Backbone.Create("resnet18", inputChannels: 1);

        Assert.Equal(3, rgb.InputChannels);
        Assert.Equal(1, grey.InputChannels);
        Assert.Equal(3, grey.PretrainedInputChannels);
        Assert.All(rgb.Cuts.Zip(grey.Cuts), pair => Assert.Equal(2 * 64 * 49, pair.First.Parameters - pair.Second.Parameters));
        Assert.Equal(rgb.Cuts.Select(c => c.Parameters), grey.WithInputChannels(3).Cuts.Select(c => c.Parameters));
    }

    [Fact]
    public void InputConvolution_NamesTheConvolutionThatReadsTheImage() => Assert.All(Backbone.Names, name =>
    {
        var units = Backbone.Create(name, inputChannels: 5).Units;
        var convolutions = units.SelectMany(u => ParameterSpecification.Of(u.Body)).Where(p => p.Kind == ParameterKind.ConvolutionWeight).ToArray();

        Assert.Equal($"{units[0].InputConvolution}.weight", convolutions[0].Name);
        Assert.Equal(5, convolutions[0].Shape[1]);
        Assert.All(units.Skip(1), unit => Assert.Null(unit.InputConvolution));
    });

    [Theory]
    [InlineData("resnet10_3d", null, new[] { 32, 32, 32 })]
    [InlineData("resnet10_3d", 1, new[] { 16, 32, 32 })]
    [InlineData("resnet50_3d", 1, new[] { 16, 32, 32 })]
    [InlineData("densenet121_3d", 1, new[] { 16, 32, 32 })]
    [InlineData("r3d_18", null, new[] { 8, 16, 16 })]
    [InlineData("r3d_18", 2, new[] { 16, 16, 16 })]
    public void StemDepthStride_ChangesTheStepAlongDepthOnly(string name, int? stride, int[] expected)
    {
        var backbone = Backbone.Create(name, stemDepthStride: stride);

        Assert.Equal(stride, backbone.StemDepthStride);
        Assert.Equal(expected, backbone.Cuts[^1].Stride);
        Assert.Equal(Backbone.Create(name).Cuts[^1].Parameters, backbone.Cuts[^1].Parameters);
        Assert.Equal(stride, backbone.WithInputChannels(7).StemDepthStride);
        Assert.Equal(expected, backbone.SlimmedAbove(backbone.Cuts[1], 2).Cuts[^1].Stride);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void StemDepthStride_OutOfRange_Throws(int stride) =>
        Assert.Equal("stemDepthStride", Assert.Throws<ArgumentOutOfRangeException>(() => Backbone.Create("resnet10_3d", stemDepthStride: stride)).ParamName);

    [Fact]
    public void StemDepthStride_ForImages_Throws() =>
        Assert.Contains("no D axis", Assert.Throws<ArgumentException>(() => Backbone.Create("resnet18", stemDepthStride: 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void CountMacs_WrongNumberOfLengths_Throws()
    {
        Assert.Throws<ArgumentException>(() => Backbone.Create("resnet18").CountMacs("stem", 16, 64, 64));
        Assert.Throws<ArgumentException>(() => Backbone.Create("resnet18_3d").CountMacs("stem", 64, 64));
    }

    [Theory]
    [InlineData("densenet121", "norm5", 16)]
    [InlineData("densenet121", "transition3", 8)]
    public void CountMacs_ImageTooSmall_SaysSo(string name, string cut, int length)
    {
        var exception = Assert.Throws<ArgumentException>(() => Backbone.Create(name).CountMacs(cut, length, length));

        Assert.Contains("larger images or an earlier cut", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CountMacs_UnknownCut_Throws() => Assert.Throws<CutNotFoundException>(() => Backbone.Create("resnet18").CountMacs("layer9.0", 64, 64));

    [Fact]
    public void CutToString_SaysWhatAUserChoosesBy() =>
        Assert.Equal("layer3.2 (1024 channels, stride 16x16, 5.192M parameters)", Backbone.Create("resnet50").FindCut("layer3.2").ToString());
}
