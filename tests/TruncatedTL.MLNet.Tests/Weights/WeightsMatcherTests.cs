using System.Text.Json;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

public class WeightsMatcherTests
{
    private static readonly ExpectedTensor[] Network =
    [
        new("conv1.weight", [2, 3, 1, 1], IsInputStem: true),
        new("bn1.weight", [2]),
        new("bn1.num_batches_tracked", []),
        new("layer1.0.conv1.weight", [2, 2, 1, 1]),
        new("fc.weight", [2, 2], IsHead: true),
        new("fc.bias", [2], IsHead: true),
    ];

    [Fact]
    public void ExactNamesMatchInTheNetworksOrder()
    {
        var match = WeightsMatcher.Match(File("", reverse: true), Network);

        Assert.Equal(Network.Select(tensor => tensor.Name), match.Tensors.Keys);
        Assert.Equal(Network.Select(tensor => tensor.Name), match.Report.Matched);
        Assert.True(match.Report.IsComplete);
        Assert.Empty(match.Report.Adapted);
        Assert.Empty(match.Report.RemovedPrefix);
        Assert.Null(match.Report.LooksLike);
        Assert.Equal(TensorElementType.Int64, match.Tensors["bn1.num_batches_tracked"].ElementType);
        Assert.All(match.Tensors.Where(tensor => tensor.Key != "bn1.num_batches_tracked"), tensor => Assert.Equal(TensorElementType.Float32, tensor.Value.ElementType));
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("model.")]
    [InlineData("backbone.")]
    [InlineData("encoder.")]
    [InlineData("module.encoder_q.")]
    [InlineData("state_dict.module.")]
    [InlineData("model.backbone.")]
    [InlineData("my_own_wrapper.inner.")]
    public void PrefixesAreTakenOff(string prefix)
    {
        var match = WeightsMatcher.Match(File(prefix), Network);

        Assert.Equal(Network.Length, match.Report.Matched.Count);
        Assert.Equal(prefix, match.Report.RemovedPrefix);
        Assert.Contains($"without '{prefix}'", match.Report.ToString(), StringComparison.Ordinal);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], match.Tensors["conv1.weight"].ToSingle());
    }

    [Fact]
    public void DataParallelInsideTheNamesIsTakenOff()
    {
        ExpectedTensor[] network = [new("features.0.weight", [1]), new("features.3.weight", [1]), new("classifier.1.weight", [1])];

        var half = WeightsMatcher.Match(Ones("features.module.0.weight", "features.module.3.weight", "classifier.1.weight"), network);
        var nested = WeightsMatcher.Match(Ones("net.features.module.0.weight", "net.features.module.3.weight", "net.classifier.1.weight"), network);

        Assert.Equal(3, half.Report.Matched.Count);
        Assert.Equal("module.", half.Report.RemovedPrefix);
        Assert.Equal(3, nested.Report.Matched.Count);
        Assert.Empty(nested.Report.Unexpected);
    }

    [Fact]
    public void ExactNamesComeBeforePrefixedOnes()
    {
        var file = new WeightsFile(new OrderedDictionary<string, TensorData>
        {
            ["ema.a"] = TensorData.FromSingle([1], [9]),
            ["ema.b"] = TensorData.FromSingle([1], [9]),
            ["a"] = TensorData.FromSingle([1], [1]),
        });

        var match = WeightsMatcher.Match(file, [new("a", [1]), new("b", [1])]);

        Assert.Equal([1f], match.Tensors["a"].ToSingle());
        Assert.Equal([9f], match.Tensors["b"].ToSingle());
        Assert.Equal(["ema.a"], match.Report.Unexpected);
    }

    [Fact]
    public void ThePrefixThatExplainsMostWins()
    {
        // A contrastive checkpoint: a query encoder, a key encoder of the same size, a smaller projector.
        var file = new WeightsFile(new OrderedDictionary<string, TensorData>
        {
            ["projector.a"] = TensorData.FromSingle([1], [5]),
            ["encoder_q.a"] = TensorData.FromSingle([1], [1]),
            ["encoder_q.b"] = TensorData.FromSingle([1], [2]),
            ["encoder_k.a"] = TensorData.FromSingle([1], [3]),
            ["encoder_k.b"] = TensorData.FromSingle([1], [4]),
        });

        var match = WeightsMatcher.Match(file, [new("a", [1]), new("b", [1])]);

        Assert.Equal([1f], match.Tensors["a"].ToSingle());
        Assert.Equal([2f], match.Tensors["b"].ToSingle());
        Assert.Equal("encoder_q.", match.Report.RemovedPrefix);
        Assert.Equal(["projector.a", "encoder_k.a", "encoder_k.b"], match.Report.Unexpected);
    }

    [Fact]
    public void EqualCountsAreDecidedByShapes()
    {
        var file = new WeightsFile(new OrderedDictionary<string, TensorData>
        {
            ["student.a"] = TensorData.FromSingle([2], [1, 1]),
            ["teacher.a"] = TensorData.FromSingle([1], [7]),
        });

        Assert.Equal([7f], WeightsMatcher.Match(file, [new("a", [1])]).Tensors["a"].ToSingle());
    }

    [Fact]
    public void AccidentalEndingsAreNotPrefixes()
    {
        // Other networks also have something that ends in conv1.weight, deep inside.
        var file = Ones("stages.3.blocks.1.conv1.weight");

        var exception = Assert.Throws<WeightsMismatchException>(
            () => WeightsMatcher.Match(file, [new("conv1.weight", [1]), new("x", [1]), new("y", [1]), new("z", [1])]));

        Assert.Equal(4, exception.Report.Missing.Count);
        Assert.Empty(exception.Report.Matched);
    }

    [Fact]
    public void RenamesApplyUnderAnyPrefix()
    {
        // DenseNet as torchvision named it before 0.2.
        KeyRename[] renames = [new(@"^(.*denselayer\d+\.(?:norm|relu|conv))\.([12])\.(weight|bias|running_mean|running_var)$", "$1$2.$3")];
        ExpectedTensor[] network =
        [
            new("features.denseblock1.denselayer1.norm1.weight", [1]),
            new("features.denseblock1.denselayer1.conv2.weight", [1]),
        ];
        string[] old = ["features.denseblock1.denselayer1.norm.1.weight", "features.denseblock1.denselayer1.conv.2.weight"];

        foreach (var prefix in (string[])["", "module.", "densenet121."])
        {
            var match = WeightsMatcher.Match(Ones([.. old.Select(name => prefix + name)]), network, new WeightsMatchOptions { Renames = renames });

            Assert.Equal(2, match.Report.Matched.Count);
            Assert.Empty(match.Report.Unexpected);
        }

        Assert.Throws<WeightsMismatchException>(() => WeightsMatcher.Match(Ones(old), network));
    }

    [Fact]
    public void RenameAnchorsAtTheNetworksRoot()
    {
        KeyRename[] renames = [new(@"^0\.", "conv1."), new(@"^1\.", "bn1.")];

        var match = WeightsMatcher.Match(
            Ones("backbone.0.weight", "backbone.1.weight"), [new("conv1.weight", [1]), new("bn1.weight", [1])], new WeightsMatchOptions { Renames = renames });

        Assert.Equal("backbone.", match.Report.RemovedPrefix);
        Assert.Equal(2, match.Report.Matched.Count);
    }

    [Fact]
    public void StrictRefusesMissingAndMisshapen()
    {
        var file = new WeightsFile(
            new OrderedDictionary<string, TensorData> { ["a"] = TensorData.FromSingle([3], [1, 2, 3]), ["c"] = TensorData.FromSingle([], [1]) },
            null, "some.pth");
        ExpectedTensor[] network = [new("a", [2]), new("b", [1]), new("c", [])];

        var exception = Assert.Throws<WeightsMismatchException>(() => WeightsMatcher.Match(file, network));
        var lenient = WeightsMatcher.Match(file, network, new WeightsMatchOptions { IsStrict = false });

        foreach (var report in (KeyMatchReport[])[exception.Report, lenient.Report])
        {
            Assert.False(report.IsComplete);
            Assert.Equal(["b"], report.Missing);
            Assert.Equal(["c"], report.Matched);
            var mismatch = Assert.Single(report.Misshapen);
            Assert.Equal("a", mismatch.Name);
            Assert.Equal([2], mismatch.ExpectedShape);
            Assert.Equal([3], mismatch.FoundShape);
        }

        Assert.Contains(exception.Report.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.Contains("'some.pth'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("a: expected [2], found [3]", exception.Message, StringComparison.Ordinal);
        Assert.Equal(["c"], lenient.Tensors.Keys);
    }

    [Fact]
    public void UnexpectedTensorsAreNoError()
    {
        var match = WeightsMatcher.Match(Ones("a", "layer4.0.conv1.weight"), [new("a", [1])]);

        Assert.Equal(["layer4.0.conv1.weight"], match.Report.Unexpected);
        Assert.True(match.Report.IsComplete);
    }

    [Fact]
    public void MissingBatchCountersBecomeZero()
    {
        var match = WeightsMatcher.Match(Ones("bn.weight"), [new("bn.weight", [1]), new("bn.num_batches_tracked", [])]);

        Assert.True(match.Report.IsComplete);
        Assert.Equal([0.0], match.Tensors["bn.num_batches_tracked"].ToDouble());
        Assert.Equal(TensorElementType.Int64, match.Tensors["bn.num_batches_tracked"].ElementType);
        Assert.Empty(match.Tensors["bn.num_batches_tracked"].Shape);
        Assert.Equal("bn.num_batches_tracked", Assert.Single(match.Report.Adapted).Name);
    }

    [Fact]
    public void BatchCountersOfOtherTypesAndShapesAreRead()
    {
        var file = new WeightsFile(new Dictionary<string, TensorData> { ["bn.num_batches_tracked"] = TensorData.FromSingle([1], [1234]) });

        var counter = WeightsMatcher.Match(file, [new("bn.num_batches_tracked", [])]).Tensors["bn.num_batches_tracked"];

        Assert.Equal([1234.0], counter.ToDouble());
        Assert.Equal(TensorElementType.Int64, counter.ElementType);
        Assert.Empty(counter.Shape);
    }

    // Kernel of two output channels, three input channels, two positions: W[0] = (1 2 | 3 4 | 5 9), W[1] = (-1 0 | 0 0 | 7 3).
    [Theory]
    [InlineData(InputChannelAdaptation.Sum, 1, new[] { 9f, 15, 6, 3 })]
    [InlineData(InputChannelAdaptation.Mean, 1, new[] { 3f, 5, 2, 1 })]
    [InlineData(InputChannelAdaptation.Repeat, 1, new[] { 3f, 6, -3, 0 })]
    [InlineData(InputChannelAdaptation.Sum, 2, new[] { 4.5f, 7.5f, 4.5f, 7.5f, 3, 1.5f, 3, 1.5f })]
    [InlineData(InputChannelAdaptation.Mean, 2, new[] { 3f, 5, 3, 5, 2, 1, 2, 1 })]
    [InlineData(InputChannelAdaptation.Repeat, 2, new[] { 1.5f, 3, 4.5f, 6, -1.5f, 0, 0, 0 })]
    [InlineData(InputChannelAdaptation.Repeat, 6, new[] { 0.5f, 1, 1.5f, 2, 2.5f, 4.5f, 0.5f, 1, 1.5f, 2, 2.5f, 4.5f, -0.5f, 0, 0, 0, 3.5f, 1.5f, -0.5f, 0, 0, 0, 3.5f, 1.5f })]
    public void TheFirstConvolutionFitsOtherChannels(InputChannelAdaptation adaptation, int channels, float[] expected)
    {
        var file = new WeightsFile(new Dictionary<string, TensorData>
        {
            ["conv1.weight"] = TensorData.FromSingle([2, 3, 1, 2], [1, 2, 3, 4, 5, 9, -1, 0, 0, 0, 7, 3]),
        });

        var match = WeightsMatcher.Match(
            file, [new("conv1.weight", [2, channels, 1, 2], IsInputStem: true)], new WeightsMatchOptions { InputChannels = adaptation });

        Assert.Equal([2, channels, 1, 2], match.Tensors["conv1.weight"].Shape);
        Assert.Equal(expected, match.Tensors["conv1.weight"].ToSingle());
        var adapted = Assert.Single(match.Report.Adapted);
        Assert.Equal("conv1.weight", adapted.Name);
        Assert.Equal($"input channels 3 -> {channels} ({adaptation})", adapted.Adaptation);
        Assert.True(match.Report.IsComplete);
        Assert.Empty(match.Report.Matched);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void SumKeepsTheResponseToAConstantImage(int channels)
    {
        var random = new Random(3);
        var weight = TensorData.FromSingle([4, 3, 2, 2, 2], [.. Enumerable.Range(0, 96).Select(_ => random.NextSingle() - 0.5f)]);

        var adapted = InputStemAdapter.Adapt(weight, channels, InputChannelAdaptation.Sum);

        // The response of output channel o to an image of ones is the sum of its kernel.
        Assert.Equal(weight.ToSingle().Chunk(24).Select(kernel => kernel.Sum()), adapted.ToSingle().Chunk(8 * channels).Select(kernel => kernel.Sum()), (a, b) => Math.Abs(a - b) < 1e-5f);
    }

    [Fact]
    public void OnlyTheFirstConvolutionAdaptsAndOnlyItsChannels()
    {
        var file = new WeightsFile(new Dictionary<string, TensorData> { ["w"] = TensorData.FromSingle([1, 3, 1, 1], [1, 2, 3]) });

        Assert.Throws<WeightsMismatchException>(() => WeightsMatcher.Match(file, [new("w", [1, 1, 1, 1])]));
        Assert.Throws<WeightsMismatchException>(() => WeightsMatcher.Match(file, [new("w", [2, 1, 1, 1], IsInputStem: true)]));
        Assert.Throws<WeightsMismatchException>(() => WeightsMatcher.Match(file, [new("w", [1, 1, 3, 3], IsInputStem: true)]));
        Assert.Throws<WeightsMismatchException>(
            () => WeightsMatcher.Match(file, [new("w", [1, 1, 1, 1], IsInputStem: true)], new WeightsMatchOptions { InputChannels = null }));
    }

    [Fact]
    public void AHeadForOtherClassesIsReplacedWhole()
    {
        ExpectedTensor[] network = [new("a", [1]), new("fc.weight", [2, 4], IsHead: true), new("fc.bias", [2], IsHead: true)];
        var file = new WeightsFile(new OrderedDictionary<string, TensorData>
        {
            ["a"] = TensorData.FromSingle([1], [1]),
            ["fc.weight"] = TensorData.FromSingle([5, 4], new float[20]),
            ["fc.bias"] = TensorData.FromSingle([5], new float[5]),
        });

        var report = WeightsMatcher.Match(file, network).Report;

        Assert.True(report.IsComplete);
        Assert.Equal(["fc.weight", "fc.bias"], report.Adapted.Select(tensor => tensor.Name));
        Assert.All(report.Adapted, tensor => Assert.Equal("head replaced, keeps its initial values (the file has 5 classes, the network 2)", tensor.Adaptation));
        Assert.Empty(report.Unexpected);
        var strict = Assert.Throws<WeightsMismatchException>(
            () => WeightsMatcher.Match(file, network, new WeightsMatchOptions { AllowHeadReplacement = false }));
        Assert.Equal(2, strict.Report.Misshapen.Count);
    }

    [Fact]
    public void ABiasIsNotTakenWithoutItsWeights()
    {
        // The cut network has fewer features before the head; the bias alone would fit.
        ExpectedTensor[] network = [new("a", [1]), new("fc.weight", [2, 1], IsHead: true), new("fc.bias", [2], IsHead: true)];
        var file = new WeightsFile(new Dictionary<string, TensorData>
        {
            ["a"] = TensorData.FromSingle([1], [1]),
            ["fc.weight"] = TensorData.FromSingle([2, 4], new float[8]),
            ["fc.bias"] = TensorData.FromSingle([2], new float[2]),
        });

        var match = WeightsMatcher.Match(file, network);

        Assert.Equal(["a"], match.Tensors.Keys);
        Assert.All(match.Report.Adapted, tensor => Assert.Contains("another shape", tensor.Adaptation, StringComparison.Ordinal));
    }

    [Fact]
    public void AFileWithoutHeadIsFine()
    {
        var match = WeightsMatcher.Match(Ones("a"), [new("a", [1]), new("fc.weight", [2, 1], IsHead: true)]);

        Assert.True(match.Report.IsComplete);
        Assert.Contains("has no such tensors", Assert.Single(match.Report.Adapted).Adaptation, StringComparison.Ordinal);
    }

    [Fact]
    public void FittingHeadsAreTaken() => Assert.Contains("fc.weight", WeightsMatcher.Match(File(""), Network).Tensors.Keys);

    [Fact]
    public void NarrowAndWideFloatsBecomeFloat32()
    {
        var file = new WeightsFile(new Dictionary<string, TensorData>
        {
            ["half"] = new(TensorElementType.Float16, [1], BitConverter.GetBytes((Half)0.5)),
            ["brain"] = new(TensorElementType.BFloat16, [1], BitConverter.GetBytes((ushort)0x4049)),
            ["double"] = new(TensorElementType.Float64, [1], BitConverter.GetBytes(Math.PI)),
            ["int"] = new(TensorElementType.Int32, [1], BitConverter.GetBytes(-7)),
        });

        var tensors = WeightsMatcher.Match(file, [new("half", [1]), new("brain", [1]), new("double", [1]), new("int", [1])]).Tensors;

        Assert.Equal(
            [TensorElementType.Float32, TensorElementType.Float32, TensorElementType.Float32, TensorElementType.Int64],
            tensors.Values.Select(tensor => tensor.ElementType));
        Assert.Equal([0.5f, 3.140625f, MathF.PI, -7f], tensors.Values.Select(tensor => tensor.ToSingle()[0]));
    }

    [Fact]
    public void HugeUnsignedIntegersAreAWeightsError()
    {
        var file = new WeightsFile(new Dictionary<string, TensorData> { ["a"] = new(TensorElementType.UInt64, [1], BitConverter.GetBytes(ulong.MaxValue)) });

        Assert.Throws<WeightsException>(() => WeightsMatcher.Match(file, [new("a", [1])]));
    }

    [Fact]
    public void HostileNamesCostLittle()
    {
        var tensor = TensorData.FromSingle([1], [1]);
        var tensors = Enumerable.Range(0, 2000).ToDictionary(i => i + string.Concat(Enumerable.Repeat(".module", 500)), _ => tensor);
        tensors["a"] = tensor;

        Assert.Equal(2000, WeightsMatcher.Match(new WeightsFile(tensors), [new("a", [1])]).Report.Unexpected.Count);
    }

    [SkippableFact]
    public void TheReferenceResNet18FitsTorchvisionsNames()
    {
        var file = WeightsFile.Load(RepositoryFiles.RequireShared("weights", "resnet18_tiny_imagenet_64.safetensors"));
        var expected = Parameters("resnet18.json");

        var match = WeightsMatcher.Match(file, expected);
        var grey = WeightsMatcher.Match(file, [.. expected.Select(tensor => tensor.IsInputStem ? tensor with { Shape = [64, 1, 7, 7] } : tensor)]);

        Assert.Equal(120, match.Report.Matched.Count);
        Assert.Equal(["fc.weight", "fc.bias"], match.Report.Adapted.Select(tensor => tensor.Name));
        Assert.Empty(match.Report.Unexpected);
        Assert.Equal(119, grey.Report.Matched.Count);
        var rgb = file.Tensors["conv1.weight"].ToSingle();
        Assert.Equal(rgb[0] + rgb[49] + rgb[98], grey.Tensors["conv1.weight"].ToSingle()[0], 1e-6f);
    }

    [SkippableFact]
    public void TheWrongNetworkIsNamed()
    {
        var file = WeightsFile.Load(RepositoryFiles.RequireShared("weights", "resnet18_tiny_imagenet_64.safetensors"));

        var resNet50 = Assert.Throws<WeightsMismatchException>(() => WeightsMatcher.Match(file, Parameters("resnet50.json")));
        var denseNet = Assert.Throws<WeightsMismatchException>(() => WeightsMatcher.Match(file, Parameters("densenet121.json")));

        Assert.Contains("looks like a ResNet-18 (2D, 3 input channels, 200 classes)", resNet50.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing fits: the file is for another network.", denseNet.Message, StringComparison.Ordinal);
        Assert.Contains("ResNet-18", denseNet.Message, StringComparison.Ordinal);
    }

    private static ExpectedTensor[] Parameters(string parityFile)
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(RepositoryFiles.RequireShared("parity", parityFile)));
        return
        [
            .. document.RootElement.GetProperty("parameters").EnumerateArray().Select(parameter => new ExpectedTensor(
                parameter[0].GetString()!,
                [.. parameter[1].EnumerateArray().Select(dimension => dimension.GetInt64())],
                IsInputStem: parameter[0].GetString() is "conv1.weight" or "features.conv0.weight",
                IsHead: parameter[0].GetString()!.StartsWith("fc.", StringComparison.Ordinal)
                    || parameter[0].GetString()!.StartsWith("classifier.", StringComparison.Ordinal))),
        ];
    }

    private static WeightsFile File(string prefix, bool reverse = false)
    {
        var tensors = Network.Select(tensor =>
        {
            var count = tensor.Shape.Aggregate(1L, (product, dimension) => product * dimension);
            return KeyValuePair.Create(
                prefix + tensor.Name,
                tensor.Name.EndsWith("tracked", StringComparison.Ordinal)
                    ? TensorData.FromInt64(tensor.Shape, [5])
                    : TensorData.FromSingle(tensor.Shape, [.. Enumerable.Range(1, (int)count).Select(i => (float)i)]));
        });
        return new WeightsFile(new OrderedDictionary<string, TensorData>(reverse ? tensors.Reverse() : tensors));
    }

    private static WeightsFile Ones(params string[] names) =>
        new(new OrderedDictionary<string, TensorData>(names.Select(name => KeyValuePair.Create(name, TensorData.FromSingle([1], [1])))));
}
