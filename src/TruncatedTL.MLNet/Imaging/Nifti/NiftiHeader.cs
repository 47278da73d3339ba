using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Nifti;

/// <summary>The header of a NIfTI-1 or NIfTI-2 file, both byte orders, as far as it concerns the values and their places.</summary>
/// <remarks>Sources: nifti1.h (2007) and nifti2.h (2011), NIfTI Data Format Working Group.</remarks>
internal sealed record NiftiHeader
{
    /// <summary>Length of a NIfTI-1 header.</summary>
    public const int Version1Bytes = 348;

    /// <summary>Length of a NIfTI-2 header.</summary>
    public const int Version2Bytes = 540;

    private const int MagicOffset1 = 344;
    private const int MagicOffset2 = 4;

    /// <summary>True for NIfTI-2.</summary>
    public required bool IsVersion2 { get; init; }

    /// <summary>Whether values have the high byte first.</summary>
    public required bool IsBigEndian { get; init; }

    /// <summary>Whether the values are in a second file (.img) beside this one.</summary>
    public required bool IsPair { get; init; }

    /// <summary>Number of dimensions, then the length of each of seven: x, y, z, time, and three more.</summary>
    public required long[] Dimensions { get; init; }

    /// <summary>What a value is.</summary>
    public required NiftiElement Element { get; init; }

    /// <summary>The quaternion's handedness, then the distance of neighbours along each of seven dimensions.</summary>
    public required double[] PixelDimensions { get; init; }

    /// <summary>Where the values begin, in bytes.</summary>
    public required double VoxelOffset { get; init; }

    /// <summary>Factor of the stored values; 0 or not finite: they are not scaled.</summary>
    public required double Slope { get; init; }

    /// <summary>What is added to the scaled values.</summary>
    public required double Intercept { get; init; }

    /// <summary>Units of space (lowest three bits) and time.</summary>
    public required int Units { get; init; }

    /// <summary>0 where the quaternion is not to be used.</summary>
    public required int QuaternionCode { get; init; }

    /// <summary>0 where the affine rows are not to be used.</summary>
    public required int AffineCode { get; init; }

    /// <summary>Parameters b, c, d of the rotation.</summary>
    public required double[] Quaternion { get; init; }

    /// <summary>Three rows of four: from voxel indices x, y, z to millimetres right, anterior, superior.</summary>
    public required double[][] AffineRows { get; init; }

    /// <summary>Whether bytes begin with a header of either version, of a single file or of a pair.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> head)
    {
        return LengthOf(head) switch
        {
            Version1Bytes => head.Length >= Version1Bytes && IsMagic(head[MagicOffset1..], (byte)'1'),
            Version2Bytes => IsMagic(head[MagicOffset2..], (byte)'2'),
            _ => false,
        };
    }

    /// <summary>Length of the header by its first bytes: 348, 540, or 0 where it is none.</summary>
    public static int LengthOf(ReadOnlySpan<byte> head)
    {
        if (head.Length < MagicOffset2 + 4)
        {
            return 0;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        length = length is Version1Bytes or Version2Bytes ? length : BinaryPrimitives.ReverseEndianness(length);
        return length is Version1Bytes or Version2Bytes ? length : 0;
    }

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">As many bytes as <see cref="LengthOf"/> says.</param>
    /// <param name="name">The file, for messages.</param>
    /// <exception cref="ImageFormatException">The header breaks the format.</exception>
    public static NiftiHeader Parse(ReadOnlySpan<byte> bytes, string name)
    {
        if (!IsHeader(bytes))
        {
            throw new ImageFormatException(name, "not a NIfTI file: neither NIfTI-1's nor NIfTI-2's mark is there");
        }

        var isVersion1 = LengthOf(bytes) == Version1Bytes;
        var fields = new NiftiFields(bytes, BinaryPrimitives.ReadInt32LittleEndian(bytes) != LengthOf(bytes));
        var header = isVersion1 ? ParseVersion1(fields, bytes) : ParseVersion2(fields, bytes);
        if (header.Dimensions[0] is < 1 or > 7)
        {
            throw new ImageFormatException(name, $"a NIfTI file has 1 to 7 dimensions, not {header.Dimensions[0]}");
        }

        return header;
    }

    private static bool IsMagic(ReadOnlySpan<byte> bytes, byte version)
    {
        return bytes.Length >= 4 && bytes[0] == 'n' && bytes[1] is (byte)'+' or (byte)'i' && bytes[2] == version && bytes[3] == 0;
    }

    private static NiftiHeader ParseVersion1(NiftiFields fields, ReadOnlySpan<byte> bytes)
    {
        var dimensions = new long[8];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = fields.Int16(40 + (2 * i));
        }

        return new NiftiHeader
        {
            IsVersion2 = false,
            IsBigEndian = fields.IsBigEndian,
            IsPair = bytes[MagicOffset1 + 1] == 'i',
            Dimensions = dimensions,
            Element = (NiftiElement)fields.Int16(70),
            PixelDimensions = fields.Singles(76, 8),
            VoxelOffset = fields.Single(108),
            Slope = fields.Single(112),
            Intercept = fields.Single(116),
            Units = bytes[123],
            QuaternionCode = fields.Int16(252),
            AffineCode = fields.Int16(254),
            Quaternion = fields.Singles(256, 3),
            AffineRows = [fields.Singles(280, 4), fields.Singles(296, 4), fields.Singles(312, 4)],
        };
    }

    private static NiftiHeader ParseVersion2(NiftiFields fields, ReadOnlySpan<byte> bytes)
    {
        var dimensions = new long[8];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = fields.Int64(16 + (8 * i));
        }

        return new NiftiHeader
        {
            IsVersion2 = true,
            IsBigEndian = fields.IsBigEndian,
            IsPair = bytes[MagicOffset2 + 1] == 'i',
            Dimensions = dimensions,
            Element = (NiftiElement)fields.Int16(12),
            PixelDimensions = fields.Doubles(104, 8),
            VoxelOffset = fields.Int64(168),
            Slope = fields.Double(176),
            Intercept = fields.Double(184),
            Units = fields.Int32(500),
            QuaternionCode = fields.Int32(344),
            AffineCode = fields.Int32(348),
            Quaternion = fields.Doubles(352, 3),
            AffineRows = [fields.Doubles(400, 4), fields.Doubles(432, 4), fields.Doubles(464, 4)],
        };
    }
}
