using System.Buffers.Binary;
using System.IO.Compression;

namespace TruncatedTL.MLNet.Tests.Imaging.Samples;

/// <summary>Writes NIfTI files of both versions and byte orders.</summary>
internal sealed record NiftiWriter
{
    public bool IsVersion2 { get; init; }

    public bool IsBigEndian { get; init; }

    public bool IsPair { get; init; }

    /// <summary>NIfTI's number of the data type: 2 for bytes, 4 for 16-bit integers, 16 for 32-bit floats.</summary>
    public int DataType { get; init; } = 2;

    /// <summary>Bytes of one number, for the byte order.</summary>
    public int NumberBytes { get; init; } = 1;

    /// <summary>x, y, z, time, ...</summary>
    public required long[] Dimensions { get; init; }

    public double[] Spacing { get; init; } = [1, 1, 1];

    public double Slope { get; init; }

    public double Intercept { get; init; }

    /// <summary>Null: the values follow the header.</summary>
    public double? VoxelOffset { get; init; } = 0;

    public int Units { get; init; } = 2;

    public int AffineCode { get; init; }

    public double[][] Affine { get; init; } = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]];

    public int QuaternionCode { get; init; }

    public double[] Quaternion { get; init; } = [0, 0, 0];

    public static byte[] Gzip(byte[] content)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return target.ToArray();
    }

    /// <summary>A complete file.</summary>
    /// <param name="values">The voxels in little-endian order, x fastest.</param>
    public byte[] Write(byte[] values)
    {
        var file = new byte[(IsVersion2 ? 544 : 352) + values.Length];
        if (IsVersion2)
        {
            WriteVersion2(file);
        }
        else
        {
            WriteVersion1(file);
        }

        var stored = file.AsSpan(file.Length - values.Length);
        values.CopyTo(stored);
        if (IsBigEndian)
        {
            for (var i = 0; i < stored.Length; i += NumberBytes)
            {
                stored.Slice(i, NumberBytes).Reverse();
            }
        }

        return file;
    }

    private void WriteVersion1(byte[] file)
    {
        Integer(file, 0, 4, 348);
        Integer(file, 40, 2, Dimensions.Length);
        for (var i = 1; i < 8; i++)
        {
            Integer(file, 40 + (2 * i), 2, i <= Dimensions.Length ? Dimensions[i - 1] : 1);
            Real(file, 76 + (4 * i), 4, i <= Spacing.Length ? Spacing[i - 1] : 1);
        }

        Integer(file, 70, 2, DataType);
        Integer(file, 72, 2, 8 * NumberBytes);
        Real(file, 76, 4, 1);
        Real(file, 108, 4, VoxelOffset ?? 352);
        Real(file, 112, 4, Slope);
        Real(file, 116, 4, Intercept);
        file[123] = (byte)Units;
        Integer(file, 252, 2, QuaternionCode);
        Integer(file, 254, 2, AffineCode);
        for (var i = 0; i < 3; i++)
        {
            Real(file, 256 + (4 * i), 4, Quaternion[i]);
        }

        for (var i = 0; i < 12; i++)
        {
            Real(file, 280 + (4 * i), 4, Affine[i / 4][i % 4]);
        }

        ((ReadOnlySpan<byte>)[(byte)'n', IsPair ? (byte)'i' : (byte)'+', (byte)'1', 0]).CopyTo(file.AsSpan(344));
    }

    private void WriteVersion2(byte[] file)
    {
        Integer(file, 0, 4, 540);
        ((ReadOnlySpan<byte>)[(byte)'n', IsPair ? (byte)'i' : (byte)'+', (byte)'2', 0, 13, 10, 26, 10]).CopyTo(file.AsSpan(4));
        Integer(file, 12, 2, DataType);
        Integer(file, 14, 2, 8 * NumberBytes);
        Integer(file, 16, 8, Dimensions.Length);
        for (var i = 1; i < 8; i++)
        {
            Integer(file, 16 + (8 * i), 8, i <= Dimensions.Length ? Dimensions[i - 1] : 1);
            Real(file, 104 + (8 * i), 8, i <= Spacing.Length ? Spacing[i - 1] : 1);
        }

        Real(file, 104, 8, 1);
        Integer(file, 168, 8, (long)(VoxelOffset ?? 544));
        Real(file, 176, 8, Slope);
        Real(file, 184, 8, Intercept);
        Integer(file, 344, 4, QuaternionCode);
        Integer(file, 348, 4, AffineCode);
        for (var i = 0; i < 3; i++)
        {
            Real(file, 352 + (8 * i), 8, Quaternion[i]);
        }

        for (var i = 0; i < 12; i++)
        {
            Real(file, 400 + (8 * i), 8, Affine[i / 4][i % 4]);
        }

        Integer(file, 500, 4, Units);
    }

    private void Integer(byte[] file, int at, int length, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Store(file, at, bytes[..length]);
    }

    private void Real(byte[] file, int at, int length, double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (length == 4)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)value);
        }
        else
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        }

        Store(file, at, bytes[..length]);
    }

    private void Store(byte[] file, int at, Span<byte> littleEndian)
    {
        if (IsBigEndian)
        {
            littleEndian.Reverse();
        }

        littleEndian.CopyTo(file.AsSpan(at));
    }
}
