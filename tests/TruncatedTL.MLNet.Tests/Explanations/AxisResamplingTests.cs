using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Tests.Onnx;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Explanations;

/// <summary>The resizing of explained images, against the values of PyTorch and torchvision that the exported model is held to.</summary>
public sealed class AxisResamplingTests
{
    public static TheoryData<string> FloatCases =>
        [.. ResizeReference.Cases.Where(c => c.Kind is ResizeReferenceKind.Float or ResizeReferenceKind.Trilinear).Select(c => c.ToString())];

    public static TheoryData<string> ByteCases => [.. ResizeReference.Cases.Where(c => c.Kind == ResizeReferenceKind.Torchvision).Select(c => c.ToString())];

    [Theory]
    [MemberData(nameof(FloatCases))]
    public void Floats_AreResizedAsByPyTorch(string name)
    {
        var reference = ResizeReference.Cases.Single(c => c.ToString() == name);
        Agreement.Require(reference.Expected, Resize(ResizeReference.SourceFloats(reference.SourceShape), reference), tolerance: 2e-6);
    }

    [Theory]
    [MemberData(nameof(ByteCases))]
    public void Bytes_AreResizedAsByTorchvision(string name)
    {
        var reference = ResizeReference.Cases.Single(c => c.ToString() == name);
        var resized = Resize([.. ResizeReference.SourceBytes(reference.SourceShape).Select(b => (float)b)], reference);
        var levels = reference.Expected.Zip(resized, (expected, actual) => Math.Abs(expected - MathF.Round(actual))).ToArray();

        // Sums that end at a half may round either way.
        Assert.True(levels.Max() <= 1 && levels.Sum() <= 1, string.Join(' ', levels));
    }

    [Fact]
    public void AMap_IsSpreadEvenly()
    {
        Assert.Equal([1, 1.5f, 2.5f, 2.75f, 2.25f, 2], AxisResampling.Resize([1, 3, 2], [3], [6]));
        Assert.Equal([5, 5], AxisResampling.Resize([5], [1], [2]));
    }

    private static float[] Resize(float[] source, ResizeReferenceCase reference) =>
        AxisResampling.Resize(source, reference.SourceShape, reference.Target);
}
