using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace TruncatedTL.MLNet.Tests.Imaging.Dicom;

/// <summary>
/// Writes DICOM files for tests, by the letter of PS3.5, independently of the reader: any encoding, with and without preamble, sequences of either kind of length.
/// </summary>
internal sealed class DicomWriter
{
    private const string LongLength = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";

    private readonly SortedDictionary<uint, (string Vr, byte[] Bytes, bool HasUndefinedLength)> _elements = [];

    public bool IsExplicit { get; init; } = true;

    public bool IsBigEndian { get; init; }

    public bool IsDeflated { get; init; }

    public bool HasPreamble { get; init; } = true;

    public bool HasMetaInformation { get; init; } = true;

    /// <summary>Null for the one that belongs to the encoding.</summary>
    public string? TransferSyntax { get; init; }

    /// <summary>A grey image of 16 bits, to which the test adds what it is about.</summary>
    public static DicomWriter Grey(int rows, int columns, params short[] pixels) => new DicomWriter().Image(rows, columns, 16, "MONOCHROME2").Words(0x7FE0_0010, "OW", pixels);

    public DicomWriter Image(int rows, int columns, int bits, string photometric, int samples = 1, int? bitsStored = null, bool isSigned = false) =>
        Words(0x0028_0002, "US", (short)samples).Text(0x0028_0004, "CS", photometric).Words(0x0028_0010, "US", (short)rows).Words(0x0028_0011, "US", (short)columns)
            .Words(0x0028_0100, "US", (short)bits).Words(0x0028_0101, "US", (short)(bitsStored ?? bits)).Words(0x0028_0102, "US", (short)((bitsStored ?? bits) - 1))
            .Words(0x0028_0103, "US", (short)(isSigned ? 1 : 0));

    public DicomWriter Text(uint tag, string vr, string text) => Bytes(tag, vr, Encoding.Latin1.GetBytes(text.Length % 2 == 0 ? text : text + (vr == "UI" ? '\0' : ' ')));

    public DicomWriter Numbers(uint tag, params double[] numbers) => Text(tag, "DS", string.Join('\\', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))));

    public DicomWriter Words(uint tag, string vr, params short[] words) => Bytes(tag, vr, [.. words.SelectMany(Word)]);

    public DicomWriter Bytes(uint tag, string vr, byte[] bytes, bool hasUndefinedLength = false)
    {
        _elements[tag] = (vr, bytes, hasUndefinedLength);
        return this;
    }

    public DicomWriter Remove(uint tag)
    {
        _elements.Remove(tag);
        return this;
    }

    /// <summary>A sequence of items, which are writers of the same encoding.</summary>
    public DicomWriter Sequence(uint tag, bool hasUndefinedLength, params DicomWriter[] items)
    {
        var stream = new MemoryStream();
        foreach (var item in items)
        {
            var content = item.DataSet();
            stream.Write([.. Tag(0xFFFE_E000), .. DoubleWord(hasUndefinedLength ? uint.MaxValue : (uint)content.Length), .. content]);
            stream.Write(hasUndefinedLength ? [.. Tag(0xFFFE_E00D), .. DoubleWord(0)] : []);
        }

        stream.Write(hasUndefinedLength ? [.. Tag(0xFFFE_E0DD), .. DoubleWord(0)] : []);
        return Bytes(tag, "SQ", stream.ToArray(), hasUndefinedLength);
    }

    /// <summary>Encapsulated pixel data: the offset table, then the fragments.</summary>
    public DicomWriter Fragments(byte[] offsetTable, params byte[][] fragments)
    {
        var stream = new MemoryStream();
        foreach (var fragment in (byte[][])[offsetTable, .. fragments])
        {
            stream.Write([.. Tag(0xFFFE_E000), .. DoubleWord((uint)fragment.Length), .. fragment]);
        }

        stream.Write([.. Tag(0xFFFE_E0DD), .. DoubleWord(0)]);
        return Bytes(0x7FE0_0010, "OB", stream.ToArray(), hasUndefinedLength: true);
    }

    /// <summary>An empty writer of the same encoding, for an item.</summary>
    public DicomWriter Item() => new() { IsExplicit = IsExplicit, IsBigEndian = IsBigEndian };

    public byte[] ToArray()
    {
        var stream = new MemoryStream();
        stream.Write(HasPreamble ? [.. new byte[128], .. "DICM"u8] : []);
        if (HasMetaInformation)
        {
            var syntax = TransferSyntax ?? (IsDeflated ? "1.2.840.10008.1.2.1.99" : IsBigEndian ? "1.2.840.10008.1.2.2" : IsExplicit ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2");
            stream.Write(new DicomWriter().Text(0x0002_0002, "UI", "1.2.840.10008.5.1.4.1.1.2").Text(0x0002_0010, "UI", syntax).DataSet());
        }

        var dataSet = DataSet();
        if (IsDeflated)
        {
            using var deflate = new DeflateStream(stream, CompressionLevel.Optimal, leaveOpen: true);
            deflate.Write(dataSet);
        }
        else
        {
            stream.Write(dataSet);
        }

        return stream.ToArray();
    }

    private byte[] DataSet()
    {
        var stream = new MemoryStream();
        foreach (var (tag, (vr, bytes, hasUndefinedLength)) in _elements)
        {
            var length = hasUndefinedLength ? uint.MaxValue : (uint)bytes.Length;
            stream.Write(Tag(tag));
            stream.Write(IsExplicit ? Encoding.ASCII.GetBytes(vr) : []);
            stream.Write(!IsExplicit ? DoubleWord(length) : LongLength.Contains(vr, StringComparison.Ordinal) ? [0, 0, .. DoubleWord(length)] : Word((short)length));
            stream.Write(bytes);
        }

        return stream.ToArray();
    }

    private byte[] Tag(uint tag) => [.. Word((short)(tag >> 16)), .. Word((short)tag)];

    private byte[] Word(short value)
    {
        var bytes = new byte[2];
        if (IsBigEndian)
        {
            BinaryPrimitives.WriteInt16BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteInt16LittleEndian(bytes, value);
        }

        return bytes;
    }

    private byte[] DoubleWord(uint value)
    {
        var bytes = new byte[4];
        if (IsBigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }

        return bytes;
    }
}
