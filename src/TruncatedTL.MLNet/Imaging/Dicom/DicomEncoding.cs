using System.Buffers.Binary;
using System.Text;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>How the elements of a data set are written (PS3.5, section 7 and annex A).</summary>
/// <param name="IsExplicit">Whether each element names its value representation.</param>
/// <param name="IsBigEndian">Whether numbers have their highest byte first.</param>
internal readonly record struct DicomEncoding(bool IsExplicit, bool IsBigEndian)
{
    public static readonly DicomEncoding ImplicitLittleEndian = new(false, false);
    public static readonly DicomEncoding ExplicitLittleEndian = new(true, false);
    public static readonly DicomEncoding ExplicitBigEndian = new(true, true);

    private const string ShortLength = "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US";
    private const string LongLength = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";

    /// <summary>Whether the two letters are a value representation, and whether its length takes four bytes.</summary>
    public static bool IsValueRepresentation(ReadOnlySpan<byte> letters, out bool hasLongLength)
    {
        hasLongLength = Lists(LongLength, letters);
        return hasLongLength || Lists(ShortLength, letters);
    }

    /// <summary>
    /// The encoding that the first element of a data set shows, or null where it fits none. Groups begin with 0002 or 0008, which tells the byte
    /// order; two letters of a value representation tell explicit from implicit.
    /// </summary>
    public static DicomEncoding? Detect(ReadOnlySpan<byte> dataSet)
    {
        if (dataSet.Length < 8)
        {
            return null;
        }

        var isExplicit = IsValueRepresentation(dataSet.Slice(4, 2), out _);
        if (dataSet[1] == 0 && dataSet[0] is 2 or 8)
        {
            // Without letters, a first element of more than 64 KiB (a language, a character set, a date) would be no data set.
            return isExplicit ? ExplicitLittleEndian : BinaryPrimitives.ReadUInt32LittleEndian(dataSet[4..]) < 0x1_0000 ? ImplicitLittleEndian : null;
        }

        return isExplicit && dataSet[0] == 0 && dataSet[1] is 2 or 8 ? ExplicitBigEndian : null;
    }

    private static bool Lists(string list, ReadOnlySpan<byte> letters)
    {
        Span<char> text = stackalloc char[2];
        return Encoding.ASCII.GetChars(letters, text) == 2 && char.IsAsciiLetterUpper(text[0]) && list.AsSpan().IndexOf(text) % 3 == 0;
    }
}
