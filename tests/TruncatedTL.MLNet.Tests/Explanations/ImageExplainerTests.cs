using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Tests.Training;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Explanations;

[Collection(TorchCollection.Name)]
public sealed class ImageExplainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, TransferStrategy, int[], int?, HeadPooling> Networks => new()
    {
        { BackboneNames.ResNet18Narrow, TransferStrategy.TransFusion("layer1.0", 8.5), [32, 32], null, HeadPooling.Average },
        { BackboneNames.ResNet18Narrow, TransferStrategy.LinearProbe("layer1.1"), [16, 12], null, HeadPooling.Flatten },
        { BackboneNames.DenseNet121, TransferStrategy.Truncated("denseblock1.denselayer2"), [16, 16], null, HeadPooling.AverageAndMax },
        { BackboneNames.MobileNetV2, TransferStrategy.Truncated("features.3"), [16, 16], null, HeadPooling.Average },
        { BackboneNames.EfficientNetB0, TransferStrategy.FromScratch("features.2.0"), [16, 16], null, HeadPooling.Average },
        { BackboneNames.ResNet10VolumeNarrow, TransferStrategy.Truncated("layer1.0"), [8, 16, 16], 1, HeadPooling.Average },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Networks))]
    public void AFile_GivesTheNetworkBack(string backbone, TransferStrategy strategy, int[] spatial, int? stemDepthStride, HeadPooling head)
    {
        int[] image = [.. spatial.Select(length => length + 5)];
        var description = SmallNetworks.Describe(backbone, strategy, spatial, head, outputs: 4, channels: 2, stemDepthStride, image);
        using var network = SmallNetworks.Network(description);
        using var original = ImageExplainer.Create(description, network.Snapshot());
        var path = _folder.PathOf("weights.safetensors");
        SmallNetworks.File(description, network).SaveSafetensors(path);

        using var restored = ImageExplainer.FromWeights(path);
        Assert.Equal(original.ClassNames, restored.ClassNames);
        Assert.Equal(original.Units, restored.Units);
        Assert.Equal([2, .. image], restored.ImageShape);
        Assert.Equal(spatial, restored.InputSize);
        var pixels = SmallNetworks.Pixels(2 * image.Aggregate(1, (a, b) => a * b));
        Assert.Equal(original.GradCam(pixels).RawMap, restored.GradCam(pixels).RawMap);
        var occlusion = new OcclusionOptions { PatchSize = [.. spatial.Select(length => length / 2)], Stride = [.. spatial.Select(length => length / 2)] };
        Assert.Equal(original.Occlusion(pixels, occlusion).RawMap, restored.Occlusion(pixels, occlusion).RawMap);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OfAFittedModel_TheProbabilitiesAreTheModels_AndItsFileGivesTheSameMaps(bool isBinary)
    {
        // The model resizes 16 x 16 bytes to 20 x 12, so that the explainer has to resize and round alike.
        var context = new MLContext(seed: 1);
        var data = SyntheticImages.View(context, 32, classes: isBinary ? 2 : 3);
        using var model = isBinary
            ? Trainers.Binary(context, o => o.InputSize = [20, 12]).Fit(data)
            : Trainers.Multiclass(context, o => o.InputSize = [20, 12]).Fit(data);
        var path = _folder.PathOf("weights.safetensors");
        model.SaveWeights(path);
        using var explainer = model.CreateExplainer();
        using var restored = ImageExplainer.FromWeights(path);
        Assert.Equal([1, 16, 16], restored.ImageShape);

        var expected = model.PredictProbabilities(data);
        var images = data.GetColumn<byte[]>("Image").ToArray();
        for (var row = 0; row < 6; row++)
        {
            for (var k = 0; k < model.ClassNames.Count; k++)
            {
                var explanation = explainer.GradCam(images[row], new GradCamOptions { ClassName = model.ClassNames[k] });
                // A resized byte that ends at a half may be rounded the other way than by the ONNX runtime.
                Assert.Equal(expected[row][k], explanation.Probability, 1e-3);
                Assert.Equal([16, 16], explanation.Shape);
                Assert.Equal(explanation.RawMap, restored.GradCam(images[row], new GradCamOptions { ClassName = model.ClassNames[k] }).RawMap);
            }

            var predicted = explainer.GradCam(images[row]);
            Assert.Equal(Array.IndexOf(expected[row], expected[row].Max()), predicted.ClassIndex);
            Assert.Equal(predicted.RawMap, explainer.GradCam(data, "Image", row).RawMap);
            Assert.Equal(explainer.Occlusion(images[row]).RawMap, explainer.Occlusion(data, "Image", row).RawMap);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => explainer.GradCam(data, "Image", 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => explainer.GradCam(data, "Picture"));
    }

    [Fact]
    public void ImagesOfAnotherSize_GetMapsOfTheirOwnSize()
    {
        using var explainer = Create(out _);
        var image = SmallNetworks.Pixels(50 * 31);
        var explanation = explainer.GradCam(image, new GradCamOptions { ImageSize = [50, 31] });
        Assert.Equal([50, 31], explanation.Shape);
        Assert.Equal(50 * 31, explanation.Map.Length);
        Assert.Equal([4, 3], explanation.CoarseShape);
    }

    [Fact]
    public void TheSameCall_GivesTheSameMap_FromSeveralThreads()
    {
        using var explainer = Create(out var pixels);
        var expected = explainer.GradCam(pixels).RawMap;
        var maps = new float[16][];
        Parallel.For(0, maps.Length, i => maps[i] = explainer.GradCam(pixels).RawMap);
        Assert.All(maps, map => Assert.Equal(expected, map));
    }

    [Fact]
    public void NoTensorIsLeftBehind()
    {
        // Native memory that belongs to the first use of the library is not counted.
        Create(out var pixels).Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var explainer = Create(out _))
        {
            var withNetwork = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            explainer.GradCam(pixels);
            explainer.GradCam(pixels, new GradCamOptions { Unit = "stem" });
            explainer.Occlusion(pixels);
            Assert.Throws<ArgumentException>(() => explainer.GradCam(new float[3]));
            Assert.Equal(withNetwork, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void WrongArguments_AreNamed()
    {
        var explainer = Create(out var pixels);
        Assert.Contains("16 x 12", Assert.Throws<ArgumentException>(() => explainer.GradCam(new float[10])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => explainer.GradCam(pixels, new GradCamOptions { ImageSize = [192] }));
        Assert.Throws<ArgumentException>(() => explainer.GradCam(pixels, new GradCamOptions { ImageSize = [-16, -12] }));
        Assert.Throws<ArgumentException>(() => explainer.GradCam(pixels, new GradCamOptions { ImageSize = [int.MaxValue, int.MaxValue] }));
        Assert.Throws<ArgumentException>(() => explainer.GradCam([.. pixels[1..], float.NaN]));
        Assert.Contains("class 1", Assert.Throws<ArgumentException>(() => explainer.GradCam(pixels, new GradCamOptions { ClassName = "klass 1" })).Message, StringComparison.Ordinal);
        Assert.Equal(["layer1.0"], Assert.Throws<CutNotFoundException>(() => explainer.GradCam(pixels, new GradCamOptions { Unit = "layer1.1" })).Suggestions);
        Assert.Throws<ArgumentOutOfRangeException>(() => explainer.GradCam(pixels, new GradCamOptions { Weighting = (GradientWeighting)7 }));
        explainer.Dispose();
        explainer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => explainer.GradCam(pixels));
        Assert.Throws<ObjectDisposedException>(() => explainer.Occlusion(pixels));
    }

    [Fact]
    public void LogitsThatAreNotFinite_AreNotExplained()
    {
        var description = SmallNetworks.Describe(BackboneNames.ResNet18Narrow, TransferStrategy.FromScratch("stem"), [16, 12]);
        using var network = SmallNetworks.Network(description);
        using (torch.no_grad())
        {
            network.State[description.Specification.HeadBiasName].fill_(float.NaN);
        }

        using var explainer = ImageExplainer.Create(description, network.Snapshot());
        Assert.Throws<InvalidOperationException>(() => explainer.GradCam(SmallNetworks.Pixels(16 * 12)));
        Assert.Throws<InvalidOperationException>(() => explainer.Occlusion(SmallNetworks.Pixels(16 * 12)));
    }

    [Theory]
    [InlineData("truncatedtl.backbone", null)]
    [InlineData("truncatedtl.backbone", "resnet19")]
    [InlineData("truncatedtl.backbone", "resnet10_3d_w32")]
    [InlineData("truncatedtl.strategy", null)]
    [InlineData("truncatedtl.strategy", "Truncated(")]
    [InlineData("truncatedtl.strategy", "Truncated(layer9.9)")]
    [InlineData("truncatedtl.strategy", "Truncated(layer2.0)")]
    [InlineData("truncatedtl.strategy", "TransFusion(layer1.0, slim=1e300)")]
    [InlineData("truncatedtl.cut", null)]
    [InlineData("truncatedtl.cut", "layer1.1")]
    [InlineData("truncatedtl.head", null)]
    [InlineData("truncatedtl.head", "2")]
    [InlineData("truncatedtl.head", "AverageAndMax")]
    [InlineData("truncatedtl.classes", null)]
    [InlineData("truncatedtl.classes", "one")]
    [InlineData("truncatedtl.classes", "one\ntwo")]
    [InlineData("truncatedtl.input_channels", "3")]
    [InlineData("truncatedtl.input_channels", "0")]
    [InlineData("truncatedtl.input_channels", "99999999999")]
    [InlineData("truncatedtl.stem_depth_stride", "1")]
    [InlineData("truncatedtl.image_size", "12")]
    [InlineData("truncatedtl.image_size", "12,x")]
    [InlineData("truncatedtl.image_size", "65536,65536")]
    [InlineData("truncatedtl.input_size", null)]
    [InlineData("truncatedtl.input_size", "16,16,16")]
    [InlineData("truncatedtl.input_size", "65536,65536")]
    [InlineData("truncatedtl.mean", null)]
    [InlineData("truncatedtl.std", "0")]
    [InlineData("truncatedtl.pixels", "word")]
    public void AFileThatDoesNotDescribeItsNetwork_IsRefused(string key, string? value)
    {
        var description = SmallNetworks.Describe(BackboneNames.ResNet18Narrow, TransferStrategy.FromScratch("layer1.0"), [16, 12]);
        using var network = SmallNetworks.Network(description);
        var file = SmallNetworks.File(description, network, metadata =>
        {
            metadata.Remove(key);
            if (value is not null)
            {
                metadata[key] = value;
            }
        });
        Assert.ThrowsAny<WeightsException>(() => ImageExplainer.FromWeights(file));
    }

    [Fact]
    public void AFileWithoutATensor_IsRefused()
    {
        var description = SmallNetworks.Describe(BackboneNames.ResNet18Narrow, TransferStrategy.FromScratch("layer1.0"), [16, 12]);
        using var network = SmallNetworks.Network(description);
        var whole = SmallNetworks.File(description, network);
        var part = new WeightsFile(whole.Tensors.Where(pair => pair.Key != "layer1.0.conv1.weight").ToDictionary(), whole.Metadata);
        Assert.Equal(["layer1.0.conv1.weight"], Assert.Throws<WeightsMismatchException>(() => ImageExplainer.FromWeights(part)).Report.Missing);
        Assert.Throws<WeightsException>(() => ImageExplainer.FromWeights(new WeightsFile(whole.Tensors)));
        Assert.Throws<FileNotFoundException>(() => ImageExplainer.FromWeights(_folder.PathOf("none.safetensors")));
    }

    [Fact]
    public void RandomMetadata_AreRefusedOrUsed_ButNothingElse()
    {
        var description = SmallNetworks.Describe(BackboneNames.ResNet18Narrow, TransferStrategy.FromScratch("stem"), [16, 12]);
        using var network = SmallNetworks.Network(description);
        var random = new Random(1);
        const string Letters = "0123456789,.-+e()xayr \n=\u00e9";
        var refused = 0;
        for (var i = 0; i < 1000; i++)
        {
            var file = SmallNetworks.File(description, network, metadata =>
            {
                var key = metadata.Keys.ElementAt(random.Next(metadata.Count));
                var text = metadata[key].ToCharArray().ToList();
                for (var change = random.Next(1, 4); change > 0; change--)
                {
                    var place = random.Next(text.Count + 1);
                    text.Insert(place, Letters[random.Next(Letters.Length)]);
                    text.RemoveAt(random.Next(text.Count));
                }

                metadata[key] = new string([.. text]);
            });
            try
            {
                ImageExplainer.FromWeights(file).Dispose();
            }
            catch (WeightsException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 300, 999);
    }

    private static ImageExplainer Create(out float[] pixels)
    {
        var description = SmallNetworks.Describe(BackboneNames.ResNet18Narrow, TransferStrategy.FromScratch("layer1.0"), [16, 12]);
        using var network = SmallNetworks.Network(description);
        pixels = SmallNetworks.Pixels(16 * 12);
        return ImageExplainer.Create(description, network.Snapshot());
    }
}
