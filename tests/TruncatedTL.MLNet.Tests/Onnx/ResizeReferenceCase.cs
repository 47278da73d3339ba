namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Who resized an image.</summary>
internal enum ResizeReferenceKind
{
    /// <summary>PyTorch's linear interpolation of floats with antialiasing; of volumes axis by axis.</summary>
    Float,

    /// <summary>PyTorch's trilinear interpolation of floats, which is the same where volumes are enlarged.</summary>
    Trilinear,

    /// <summary>torchvision's resize on a byte tensor.</summary>
    Torchvision,

    /// <summary>Pillow's resize of a byte image.</summary>
    Pillow,
}

/// <summary>One resized image.</summary>
/// <param name="Kind">Who resized it.</param>
/// <param name="SourceShape">[C, H, W] or [C, D, H, W].</param>
/// <param name="Target">H', W' (or D', H', W').</param>
/// <param name="Expected">The values, row-major.</param>
internal sealed record ResizeReferenceCase(ResizeReferenceKind Kind, int[] SourceShape, int[] Target, float[] Expected)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {string.Join("x", SourceShape)} to {string.Join("x", Target)}";
}
