namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Reads JPEG of 8 bits, baseline and progressive: 1 channel for grey files, 3 for colour; turned upright by its EXIF orientation.</summary>
internal sealed class JpegReader : SkiaReader
{
    /// <inheritdoc/>
    public override string Name => "JPEG";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Suffixes { get; } = Array.AsReadOnly([".jpg", ".jpeg"]);

    /// <inheritdoc/>
    protected override bool CanReduce => true;

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> head)
    {
        return head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);
    }
}
