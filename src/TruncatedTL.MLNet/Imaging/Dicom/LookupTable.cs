using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>A table from stored values to others (PS3.3, C.11.1.1.1): values below its range give the first entry, values above it the last.</summary>
internal sealed class LookupTable
{
    private readonly long _first;
    private readonly ushort[] _entries;

    private LookupTable(long first, ushort[] entries, int bits)
    {
        _first = first;
        _entries = entries;
        Bits = bits;
    }

    /// <summary>Bits of an entry, 8 to 16.</summary>
    public int Bits { get; }

    public ushort this[long stored] => _entries[Math.Clamp(stored - _first, 0, _entries.Length - 1)];

    /// <summary>Reads a table.</summary>
    /// <param name="dataSet">The data set or item that holds it.</param>
    /// <param name="descriptorTag">The element with its length, its first value and its bits.</param>
    /// <param name="dataTag">The element with its entries.</param>
    /// <param name="isSigned">Whether stored values have a sign, and so has the first of them.</param>
    public static LookupTable Read(DicomDataSet dataSet, DicomTag descriptorTag, DicomTag dataTag, bool isSigned)
    {
        if (dataSet.UInt16List(descriptorTag) is not { Length: 3 } descriptor || dataSet.Find(dataTag) is not { } data)
        {
            throw new ImageFormatException(
                dataSet.Name,
                $"{DicomTags.Describe(descriptorTag)} with three numbers and {DicomTags.Describe(dataTag)} are called for; tables in segments are not supported");
        }

        var count = descriptor[0] == 0 ? 1 << 16 : descriptor[0];
        var bits = descriptor[2];
        if (bits is < 8 or > 16 || data.Value.Length < count)
        {
            throw new ImageFormatException(dataSet.Name, $"{DicomTags.Describe(dataTag)} has {data.Value.Length} bytes for {count} entries of {bits} bits");
        }

        // The length decides between words and bytes: descriptors say 16 bits of tables of bytes, and 8 of tables of words.
        ushort[] entries;
        if (data.Value.Length >= 2 * count)
        {
            var mask = (1 << bits) - 1;
            entries = Array.ConvertAll(dataSet.UInt16List(dataTag)![..count], entry => (ushort)(entry & mask));
        }
        else
        {
            bits = 8;
            entries = new ushort[count];
            for (var i = 0; i < count; i++)
            {
                var at = data.IsBigEndian && (i ^ 1) < data.Value.Length ? i ^ 1 : i;
                entries[i] = data.Value.Span[at];
            }
        }

        return new LookupTable(isSigned ? (short)descriptor[1] : descriptor[1], entries, bits);
    }
}
