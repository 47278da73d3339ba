using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Nifti;

/// <summary>Reads the voxels of one volume and scales them as the header says.</summary>
internal static class NiftiValues
{
    // A multiple of every element's size, the three bytes of RGB included.
    private const int BytesPerRead = 3 * (1 << 15);

    /// <summary>Bytes of a voxel, or 0 for elements that are not supported.</summary>
    public static int BytesPerVoxel(NiftiElement element)
    {
        return element switch
        {
            NiftiElement.UInt8 or NiftiElement.Int8 => 1,
            NiftiElement.Int16 or NiftiElement.UInt16 => 2,
            NiftiElement.Rgb24 => 3,
            NiftiElement.Int32 or NiftiElement.UInt32 or NiftiElement.Float32 => 4,
            NiftiElement.Int64 or NiftiElement.UInt64 or NiftiElement.Float64 => 8,
            _ => 0,
        };
    }

    /// <summary>Whether stored values are to be scaled: the slope is a number other than 0. Colours never are.</summary>
    public static bool IsScaled(NiftiHeader header)
    {
        return header.Element != NiftiElement.Rgb24 && double.IsFinite(header.Slope) && header.Slope != 0 && (header.Slope != 1 || header.Intercept != 0);
    }

    /// <summary>Reads as many voxels as fit into the values.</summary>
    /// <param name="stream">Positioned at the first voxel.</param>
    /// <param name="header">Says what a voxel is.</param>
    /// <param name="values">Receives the values, [C, D, H, W].</param>
    /// <param name="name">The file, for messages.</param>
    /// <exception cref="ImageFormatException">The stream ends too early.</exception>
    public static void Read(Stream stream, NiftiHeader header, float[] values, string name)
    {
        var isColour = header.Element == NiftiElement.Rgb24;
        var voxelBytes = BytesPerVoxel(header.Element);
        var voxels = isColour ? values.Length / 3 : values.Length;
        var buffer = new byte[BytesPerRead];
        var voxelsPerRead = BytesPerRead / voxelBytes;
        for (var start = 0; start < voxels; start += voxelsPerRead)
        {
            var count = Math.Min(voxelsPerRead, voxels - start);
            var part = buffer.AsSpan(0, count * voxelBytes);
            if (stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false) < part.Length)
            {
                throw new ImageFormatException(name, "the voxels of the NIfTI file end too early; it is cut short");
            }

            if (isColour)
            {
                SeparateColours(part, values, start, voxels);
            }
            else
            {
                Convert(part, header, values.AsSpan(start, count));
            }
        }
    }

    private static void SeparateColours(ReadOnlySpan<byte> part, float[] values, int start, int voxels)
    {
        for (var i = 0; i < part.Length; i++)
        {
            values[((i % 3) * voxels) + start + (i / 3)] = part[i];
        }
    }

    private static void Convert(Span<byte> part, NiftiHeader header, Span<float> target)
    {
        ToNativeOrder(part, BytesPerVoxel(header.Element), header.IsBigEndian);
        switch (header.Element)
        {
            case NiftiElement.UInt8:
                Scale<byte>(part, header, target);
                break;
            case NiftiElement.Int8:
                Scale<sbyte>(part, header, target);
                break;
            case NiftiElement.Int16:
                Scale<short>(part, header, target);
                break;
            case NiftiElement.UInt16:
                Scale<ushort>(part, header, target);
                break;
            case NiftiElement.Int32:
                Scale<int>(part, header, target);
                break;
            case NiftiElement.UInt32:
                Scale<uint>(part, header, target);
                break;
            case NiftiElement.Int64:
                Scale<long>(part, header, target);
                break;
            case NiftiElement.UInt64:
                Scale<ulong>(part, header, target);
                break;
            case NiftiElement.Float32:
                Scale<float>(part, header, target);
                break;
            default:
                Scale<double>(part, header, target);
                break;
        }
    }

    private static void Scale<T>(ReadOnlySpan<byte> part, NiftiHeader header, Span<float> target)
        where T : unmanaged, INumber<T>
    {
        var stored = MemoryMarshal.Cast<byte, T>(part);
        if (!IsScaled(header))
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = float.CreateTruncating(stored[i]);
            }

            return;
        }

        var (slope, intercept) = (header.Slope, header.Intercept);
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = (float)((double.CreateTruncating(stored[i]) * slope) + intercept);
        }
    }

    private static void ToNativeOrder(Span<byte> bytes, int itemSize, bool isBigEndian)
    {
        if (isBigEndian != BitConverter.IsLittleEndian)
        {
            return;
        }

        switch (itemSize)
        {
            case 2:
                var words = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 4:
                var doubleWords = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(doubleWords, doubleWords);
                break;
            case 8:
                var quadWords = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(quadWords, quadWords);
                break;
        }
    }
}
