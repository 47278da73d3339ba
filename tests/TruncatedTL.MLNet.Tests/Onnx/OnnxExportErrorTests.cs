using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>What cannot be exported is refused with an explanation.</summary>
public sealed class OnnxExportErrorTests
{
    [Fact]
    public void MissingTensorIsNamed()
    {
        var exception = ExportWith(tensors => tensors.Remove("layer1.0.bn2.running_mean"));
        Assert.Contains("'layer1.0.bn2.running_mean'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MisshapenTensorIsNamed()
    {
        var exception = ExportWith(tensors => tensors["fc.weight"] = TensorData.FromSingle([4, 64], new float[4 * 64]));
        Assert.Contains("'fc.weight' has the shape [4, 64]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[3, 64]", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conv1.weight", float.NaN)]
    [InlineData("bn1.running_var", float.PositiveInfinity)]
    [InlineData("fc.bias", float.NegativeInfinity)]
    public void DivergedTrainingIsNotExported(string name, float value)
    {
        var exception = ExportWith(tensors =>
        {
            var values = tensors[name].ToSingle();
            values[^1] = value;
            tensors[name] = TensorData.FromSingle(tensors[name].Shape, values);
        });
        Assert.Contains($"'{name}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("not finite", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ColumnOfAnotherNumberOfChannelsIsRefused()
    {
        var exception = ExportOf(new OnnxImageInput("Scan", OnnxInputElement.Float, [1, 32, 40]));
        Assert.Contains("'Scan' holds [1, 32, 40], i.e. 1", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 32)]
    [InlineData(3, 32, 40, 50)]
    [InlineData(3, 0, 40)]
    [InlineData(-3, 32, 40)]
    [InlineData(3, 1, 2, 3, 4)]
    public void ColumnThatIsNoImageOfTheNetworkIsRefused(params int[] shape)
    {
        var exception = ExportOf(new OnnxImageInput("Scan", OnnxInputElement.Float, shape));
        Assert.Contains($"[{string.Join(", ", shape)}]", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Image", "Image", null, null)]
    [InlineData("Image", "Logits", "Logits", null)]
    [InlineData("Image", "Logits", "P", "P")]
    [InlineData("", "Logits", null, null)]
    [InlineData("Image", "", null, null)]
    [InlineData("Image", "a\0b", null, null)]
    public void NamesThatCollideOrCannotBeWrittenAreRefused(string input, string logits, string? probabilities, string? features)
    {
        var specification = TestNetworks.Truncated();
        var options = TestNetworks.OptionsFor(specification);
        options = options with
        {
            Input = options.Input with { Name = input },
            LogitsName = logits,
            ProbabilitiesName = probabilities,
            FeaturesName = features,
        };
        Assert.Throws<ArgumentException>(() => OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), options));
    }

    [Fact]
    public void HalfACharacterIsRefused()
    {
        // Not inline data: test runners write those as UTF-8, which cannot hold half a surrogate pair.
        var names = new OnnxNames();
        Assert.Throws<ArgumentException>(() => names.Reserve("\ud83e"));
        Assert.Equal("\ud83e\ude7b", names.Reserve("\ud83e\ude7b"));
    }

    private static OnnxExportException ExportWith(Action<Dictionary<string, TensorData>> spoil)
    {
        var specification = TestNetworks.Truncated();
        var tensors = RandomTensors.For(specification, seed: 1);
        spoil(tensors);
        return Assert.Throws<OnnxExportException>(() => OnnxExporter.Export(specification, tensors, TestNetworks.OptionsFor(specification)));
    }

    private static OnnxExportException ExportOf(OnnxImageInput input)
    {
        var specification = TestNetworks.Truncated();
        var options = TestNetworks.OptionsFor(specification) with { Input = input };
        return Assert.Throws<OnnxExportException>(() => OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), options));
    }
}
