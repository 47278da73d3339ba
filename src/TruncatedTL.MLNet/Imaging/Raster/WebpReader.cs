namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Reads WebP, lossy and lossless, of an animation the first frame. It has no grey kind: always 3 channels.</summary>
internal sealed class WebpReader : SkiaReader
{
    /// <inheritdoc/>
    public override string Name => "WebP";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Suffixes { get; } = Array.AsReadOnly([".webp"]);

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> head)
    {
        return head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8);
    }
}
