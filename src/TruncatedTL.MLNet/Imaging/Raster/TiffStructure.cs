using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>
/// Checks the directories of a TIFF file before LibTiff sees them: LibTiff takes memory for as many values, strips and tiles as a directory
/// claims, whether or not the file can hold them.
/// </summary>
internal readonly ref struct TiffStructure
{
    // Pages are a linked list whose end nobody states.
    private const int MaxPages = short.MaxValue;

    private const int WidthTag = 256;
    private const int HeightTag = 257;
    private const int SamplesTag = 277;
    private const int RowsPerStripTag = 278;
    private const int TileWidthTag = 322;
    private const int TileHeightTag = 323;

    private readonly ReadOnlySpan<byte> _content;
    private readonly string _name;
    private readonly bool _isBigEndian;
    private readonly bool _isBigTiff;

    private TiffStructure(ReadOnlySpan<byte> content, string name)
    {
        _content = content;
        _name = name;
        _isBigEndian = content.Length > 0 && content[0] == 'M';
        _isBigTiff = Number(2, 2) == 43;
    }

    // Bytes of a count or an offset in a directory.
    private int WordBytes => _isBigTiff ? 8 : 4;

    /// <summary>Walks through all directories.</summary>
    /// <exception cref="ImageFormatException">A directory reaches beyond the file, occurs twice, or claims more than the file can hold.</exception>
    public static void Check(ReadOnlySpan<byte> content, string name)
    {
        if (content.Length < 8)
        {
            throw new ImageFormatException(name, "not a TIFF file: it is too short");
        }

        var structure = new TiffStructure(content, name);
        var next = structure.Number(structure._isBigTiff ? 8UL : 4UL, structure.WordBytes);
        var seen = new HashSet<ulong>();
        while (next != 0)
        {
            if (!seen.Add(next) || seen.Count > MaxPages)
            {
                throw new ImageFormatException(name, $"the pages of the TIFF file go in circles or are more than {MaxPages}");
            }

            next = structure.CheckDirectory(next);
        }
    }

    // Bytes of one value by its type; 0 for types that do not exist, whose entries are passed over.
    private static int SizeOf(ulong type)
    {
        return type switch
        {
            1 or 2 or 6 or 7 => 1,
            3 or 8 => 2,
            4 or 9 or 11 or 13 => 4,
            5 or 10 or 12 or 16 or 17 or 18 => 8,
            _ => 0,
        };
    }

    // Returns where the next directory is, 0 for nowhere.
    private ulong CheckDirectory(ulong at)
    {
        var countBytes = _isBigTiff ? 8 : 2;
        var entryBytes = 4 + (2 * WordBytes);
        var entries = Number(at, countBytes);
        if (entries > (ulong)_content.Length / (ulong)entryBytes)
        {
            throw BeyondTheEnd();
        }

        var lengths = new Dictionary<ulong, ulong>();
        var entry = at + (ulong)countBytes;
        for (var i = 0UL; i < entries; i++)
        {
            var (tag, type, count) = (Number(entry, 2), Number(entry + 2, 2), Number(entry + 4, WordBytes));
            var value = entry + 4 + (ulong)WordBytes;
            var valueBytes = (UInt128)count * (ulong)SizeOf(type);
            if (valueBytes > (ulong)WordBytes && (UInt128)Number(value, WordBytes) + valueBytes > (ulong)_content.Length)
            {
                throw BeyondTheEnd();
            }

            if (count == 1 && type is 1 or 3 or 4 or 16 && SizeOf(type) <= WordBytes)
            {
                lengths[tag] = Number(value, SizeOf(type));
            }

            entry += (ulong)entryBytes;
        }

        CheckBlocks(lengths);
        return Number(entry, WordBytes);
    }

    private void CheckBlocks(Dictionary<ulong, ulong> lengths)
    {
        ulong Length(ulong tag, ulong otherwise) => lengths.TryGetValue(tag, out var length) && length > 0 ? length : otherwise;
        var (width, height) = (Length(WidthTag, 1), Length(HeightTag, 1));
        var isTiled = lengths.ContainsKey(TileWidthTag) || lengths.ContainsKey(TileHeightTag);
        var blockWidth = isTiled ? Length(TileWidthTag, width) : width;
        var blockHeight = isTiled ? Length(TileHeightTag, height) : Length(RowsPerStripTag, height);
        var blocks = (UInt128)(((width - 1) / blockWidth) + 1) * (((height - 1) / blockHeight) + 1) * Length(SamplesTag, 1);

        // Each strip and tile has at least a place in the file that is listed in two bytes.
        if (blocks > (ulong)_content.Length)
        {
            throw new ImageFormatException(_name, $"the TIFF file claims {blocks} strips or tiles, more than it can hold");
        }
    }

    private ulong Number(ulong at, int length)
    {
        if (at > (ulong)_content.Length || (ulong)length > (ulong)_content.Length - at)
        {
            throw BeyondTheEnd();
        }

        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        var field = _content.Slice((int)at, length);
        if (_isBigEndian)
        {
            field.CopyTo(bytes[(8 - length)..]);
            return BinaryPrimitives.ReadUInt64BigEndian(bytes);
        }

        field.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private ImageFormatException BeyondTheEnd()
    {
        return new ImageFormatException(_name, "the TIFF file is damaged or cut short: a directory reaches beyond its end");
    }
}
