using System.Buffers.Binary;

namespace TruncatedTL.MLNet.Imaging.Nifti;

/// <summary>Reads numbers of a header in the byte order of its file.</summary>
internal readonly ref struct NiftiFields(ReadOnlySpan<byte> bytes, bool isBigEndian)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Whether the file has the high byte first.</summary>
    public bool IsBigEndian { get; } = isBigEndian;

    public short Int16(int at) => IsBigEndian ? BinaryPrimitives.ReadInt16BigEndian(_bytes[at..]) : BinaryPrimitives.ReadInt16LittleEndian(_bytes[at..]);

    public int Int32(int at) => IsBigEndian ? BinaryPrimitives.ReadInt32BigEndian(_bytes[at..]) : BinaryPrimitives.ReadInt32LittleEndian(_bytes[at..]);

    public long Int64(int at) => IsBigEndian ? BinaryPrimitives.ReadInt64BigEndian(_bytes[at..]) : BinaryPrimitives.ReadInt64LittleEndian(_bytes[at..]);

    public float Single(int at) => BitConverter.Int32BitsToSingle(Int32(at));

    public double Double(int at) => BitConverter.Int64BitsToDouble(Int64(at));

    /// <summary>Neighbouring 32-bit floats, widened.</summary>
    public double[] Singles(int at, int count)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = Single(at + (4 * i));
        }

        return values;
    }

    /// <summary>Neighbouring 64-bit floats.</summary>
    public double[] Doubles(int at, int count)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = Double(at + (8 * i));
        }

        return values;
    }
}
