using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Onnx;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Resizing against PyTorch, torchvision and Pillow, and the same pixels in training and serving.</summary>
public sealed class PreprocessingExportTests
{
    public static TheoryData<string> CasesOf(string kind) =>
        new(ResizeReference.Cases.Where(c => c.Kind.ToString() == kind).Select(c => c.ToString()));

    [Theory]
    [MemberData(nameof(CasesOf), nameof(ResizeReferenceKind.Float))]
    [MemberData(nameof(CasesOf), nameof(ResizeReferenceKind.Trilinear))]
    public void FloatImagesAreResizedAsByPyTorch(string name)
    {
        var reference = Case(name);
        var model = OnnxExporter.ExportPreprocessing(new OnnxImageInput("Image", OnnxInputElement.Float, reference.SourceShape), reference.Target);
        var pixels = OnnxRun.Run(model, "Image", ResizeReference.SourceFloats(reference.SourceShape), Shape(1, reference.SourceShape))["Pixels"];
        Assert.Equal(Shape(1, [reference.SourceShape[0], .. reference.Target]), pixels.Shape);
        Agreement.Require(reference.Expected, pixels.Values, tolerance: 2e-6);
    }

    [Theory]
    [MemberData(nameof(CasesOf), nameof(ResizeReferenceKind.Torchvision))]
    public void ByteImagesAreResizedAsByTorchvision(string name)
    {
        var reference = Case(name);
        Assert.Equal(reference.Expected, ResizedBytes(reference));
    }

    [Theory]
    [MemberData(nameof(CasesOf), nameof(ResizeReferenceKind.Pillow))]
    public void ByteImagesDifferFromPillowsByAtMostOneLevel(string name)
    {
        var reference = Case(name);
        var levels = reference.Expected.Zip(ResizedBytes(reference), (expected, actual) => (int)Math.Abs(expected - actual)).ToArray();
        Assert.True(levels.Max() <= 1);

        // Pillow rounds after each axis and in fixed point.
        Assert.True(levels.Average() < 0.2, $"{levels.Average():0.000} of the values differ.");
    }

    [Fact]
    public void ByteImagesOfTheRightSizeAreOnlyWidened()
    {
        int[] shape = [3, 5, 7];
        var model = OnnxExporter.ExportPreprocessing(new OnnxImageInput("Image", OnnxInputElement.UInt8, shape), [5, 7]);
        Assert.False(OnnxInspector.Inspect(model).NodeCounts.ContainsKey("Resize"));
        Assert.Equal(OnnxGraphBuilder.BaseOperatorSet, OnnxInspector.Inspect(model).OperatorSet);
        var source = ResizeReference.SourceBytes([2, .. shape]);
        Assert.Equal(source.Select(b => (float)b), OnnxRun.Run(model, "Image", source, Shape(2, shape))["Pixels"].Values);
    }

    [Fact]
    public void FloatImagesOfTheRightSizeAreCopied()
    {
        int[] shape = [1, 3, 4, 5];
        var model = OnnxExporter.ExportPreprocessing(new OnnxImageInput("Volume", OnnxInputElement.Float, shape), [3, 4, 5]);
        var source = ResizeReference.SourceFloats(shape);
        Assert.Equal(source, OnnxRun.Run(model, "Volume", source, Shape(1, shape))["Pixels"].Values);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(77)]
    [InlineData(255)]
    public void EvenImagesStayEven(byte value)
    {
        int[] shape = [1, 31, 17];
        var model = OnnxExporter.ExportPreprocessing(new OnnxImageInput("Image", OnnxInputElement.UInt8, shape), [12, 23]);
        var source = Enumerable.Repeat(value, 31 * 17).ToArray();
        Assert.All(OnnxRun.Run(model, "Image", source, Shape(1, shape))["Pixels"].Values, pixel => Assert.Equal(value, pixel));
    }

    [Fact]
    public void ImagesOfABatchAreResizedOneByOne()
    {
        int[] shape = [2, 9, 8];
        var model = OnnxExporter.ExportPreprocessing(new OnnxImageInput("Image", OnnxInputElement.UInt8, shape), [4, 5]);
        var source = ResizeReference.SourceBytes([3, .. shape]);
        var together = OnnxRun.Run(model, "Image", source, Shape(3, shape))["Pixels"].Values;
        var oneByOne = source.Chunk(source.Length / 3).SelectMany(image => OnnxRun.Run(model, "Image", image, Shape(1, shape))["Pixels"].Values);
        Assert.Equal(oneByOne, together);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TrainingAndServingSeeTheSamePixels(bool bytes)
    {
        var specification = TestNetworks.Truncated(height: 32, width: 40);
        var tensors = RandomTensors.For(specification, seed: 1);
        int[] sourceShape = [3, 50, 45];
        var element = bytes ? OnnxInputElement.UInt8 : OnnxInputElement.Float;
        var options = TestNetworks.OptionsFor(specification) with { Input = new OnnxImageInput("Image", element, sourceShape) };
        var preprocessing = OnnxExporter.ExportPreprocessing(options.Input, specification.InputSpatial);
        var serving = OnnxExporter.Export(specification, tensors, options);
        Assert.Equal(OnnxGraphBuilder.ResizeOperatorSet, OnnxInspector.Inspect(serving).OperatorSet);

        var pixels = Run(preprocessing, bytes, sourceShape)["Pixels"].Values;
        var expected = TorchReference.Logits(specification, tensors, TestNetworks.Normalization, pixels, TestNetworks.Shape(specification, 2));
        Agreement.Require(expected, Run(serving, bytes, sourceShape)["Logits"].Values);
    }

    [Fact]
    public void NormalizationOfOneValueServesAllChannels()
    {
        var specification = TestNetworks.Truncated();
        var tensors = RandomTensors.For(specification, seed: 1);
        var normalization = new PixelNormalization(4096, [0.25], [0.125]);
        var options = TestNetworks.OptionsFor(specification) with { Normalization = normalization };
        var images = TestNetworks.FloatImages(specification, batch: 1).Select(value => 16 * value).ToArray();
        var shape = TestNetworks.Shape(specification, 1);
        Agreement.Require(
            TorchReference.Logits(specification, tensors, normalization, images, shape),
            OnnxRun.Run(OnnxExporter.Export(specification, tensors, options), "Image", images, shape)["Logits"].Values);
    }

    private static ResizeReferenceCase Case(string name) => ResizeReference.Cases.Single(c => c.ToString() == name);

    private static float[] ResizedBytes(ResizeReferenceCase reference)
    {
        var model = OnnxExporter.ExportPreprocessing(new OnnxImageInput("Image", OnnxInputElement.UInt8, reference.SourceShape), reference.Target);
        return OnnxRun.Run(model, "Image", ResizeReference.SourceBytes(reference.SourceShape), Shape(1, reference.SourceShape))["Pixels"].Values;
    }

    private static IReadOnlyDictionary<string, OnnxResult> Run(byte[] model, bool bytes, int[] sourceShape) => bytes
        ? OnnxRun.Run(model, "Image", ResizeReference.SourceBytes([2, .. sourceShape]), Shape(2, sourceShape))
        : OnnxRun.Run(model, "Image", ResizeReference.SourceFloats([2, .. sourceShape]), Shape(2, sourceShape));

    private static long[] Shape(int batch, IEnumerable<int> shape) => [batch, .. shape.Select(length => (long)length)];
}
