namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Who resized an image.</summary>
internal enum ResizeReferenceKind
{
    /// <summary>PyTorch's interpolate on floats: bilinear with antialiasing, or trilinear.</summary>
    Float,

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
