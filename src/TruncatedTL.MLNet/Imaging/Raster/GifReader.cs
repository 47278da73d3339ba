namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Reads the first frame of a GIF, always as 3 channels.</summary>
internal sealed class GifReader : SkiaReader
{
    /// <inheritdoc/>
    public override string Name => "GIF";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Suffixes { get; } = Array.AsReadOnly([".gif"]);

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> head)
    {
        return head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8);
    }
}
