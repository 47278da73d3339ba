using System.Buffers.Binary;
using SkiaSharp;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Reads BMP: 1 channel where all colours of its palette are greys, as 8-bit grey images are stored, and 3 otherwise.</summary>
internal sealed class BmpReader : SkiaReader
{
    private const int FileHeaderBytes = 14;
    private const int CoreHeaderBytes = 12;
    private const int InfoHeaderBytes = 40;

    /// <inheritdoc/>
    public override string Name => "BMP";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Suffixes { get; } = Array.AsReadOnly([".bmp"]);

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> head)
    {
        // Two letters alone would claim other files, too.
        return head.Length >= FileHeaderBytes + CoreHeaderBytes
            && head.StartsWith("BM"u8)
            && BinaryPrimitives.ReadUInt32LittleEndian(head[FileHeaderBytes..]) is CoreHeaderBytes or InfoHeaderBytes or 52 or 56 or 64 or 108 or 124;
    }

    /// <inheritdoc/>
    protected override bool IsGrey(SKImageInfo info, ReadOnlySpan<byte> content)
    {
        var palette = PaletteOf(content, out var entryBytes);
        for (var i = 0; i + entryBytes <= palette.Length; i += entryBytes)
        {
            if (palette[i] != palette[i + 1] || palette[i] != palette[i + 2])
            {
                return false;
            }
        }

        return palette.Length > 0;
    }

    // Empty where the pixels are colours themselves. The older header has entries of three bytes, all others of four.
    private static ReadOnlySpan<byte> PaletteOf(ReadOnlySpan<byte> content, out int entryBytes)
    {
        var headerBytes = BinaryPrimitives.ReadInt32LittleEndian(content[FileHeaderBytes..]);
        var isCore = headerBytes == CoreHeaderBytes;
        entryBytes = isCore ? 3 : 4;
        if (!isCore && content.Length < FileHeaderBytes + InfoHeaderBytes)
        {
            return [];
        }

        var bitsPerPixel = BinaryPrimitives.ReadUInt16LittleEndian(content[(isCore ? 24 : 28)..]);
        if (bitsPerPixel is 0 or > 8)
        {
            return [];
        }

        var used = isCore ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(content[46..]);
        var entries = used is > 0 and <= 256 ? (int)used : 1 << bitsPerPixel;
        var start = Math.Min(FileHeaderBytes + headerBytes, content.Length);
        return content.Slice(start, Math.Min(entries * entryBytes, content.Length - start));
    }
}
