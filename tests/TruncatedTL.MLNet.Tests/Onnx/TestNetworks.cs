using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Strategies;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Networks and options that tests start from.</summary>
internal static class TestNetworks
{
    public static readonly PixelNormalization Normalization = new(255, [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]);

    /// <summary>A backbone up to a cut with a head.</summary>
    public static NetworkSpecification Truncated(
        string cut = "layer1.0",
        string backbone = BackboneNames.ResNet18,
        HeadPooling pooling = HeadPooling.Average,
        int outputs = 3,
        int channels = 3,
        int height = 32,
        int width = 40)
    {
        var plan = TransferStrategy.FromScratch(cut).Resolve(Backbone.Create(backbone, channels));
        return new NetworkSpecification(plan, pooling, outputs, [height, width]);
    }

    /// <summary>Options for images that have the network's size, in single precision unless said otherwise.</summary>
    public static OnnxExportOptions OptionsFor(NetworkSpecification specification, OnnxInputElement element = OnnxInputElement.Float) => new()
    {
        Input = new OnnxImageInput("Image", element, [specification.InputChannels, .. specification.InputSpatial]),
        Normalization = Normalization,
    };

    /// <summary>Random float images in 0 to 255, [batch, C, H, W].</summary>
    public static float[] FloatImages(NetworkSpecification specification, int batch, int seed = 5)
    {
        var random = new Random(seed);
        var count = batch * specification.InputChannels * RandomTensors.Count(specification.InputSpatial.Select(length => (long)length));
        return Enumerable.Range(0, (int)count).Select(_ => 255 * random.NextSingle()).ToArray();
    }

    /// <summary>[batch, C, H, W].</summary>
    public static long[] Shape(NetworkSpecification specification, int batch) =>
        [batch, specification.InputChannels, .. specification.InputSpatial.Select(length => (long)length)];
}
