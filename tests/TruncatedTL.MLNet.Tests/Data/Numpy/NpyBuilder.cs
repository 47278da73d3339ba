using System.Buffers.Binary;
using System.Text;

namespace TruncatedTL.MLNet.Tests.Data.Numpy;

/// <summary>Writes NumPy arrays, right and wrong, as the tests need them.</summary>
internal static class NpyBuilder
{
    /// <summary>A complete .npy file in memory.</summary>
    public static byte[] Create(string descr, int[] shape, byte[] values, bool fortranOrder = false, int version = 1)
    {
        var shapeText = shape.Length == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape)})";
        return CreateRaw($"{{'descr': '{descr}', 'fortran_order': {(fortranOrder ? "True" : "False")}, 'shape': {shapeText}, }}", values, version);
    }

    /// <summary>A .npy file with any text as its header.</summary>
    public static byte[] CreateRaw(string header, byte[] values, int version = 1)
    {
        var text = version == 3 ? Encoding.UTF8.GetBytes(header) : Encoding.Latin1.GetBytes(header);
        var lengthBytes = version == 1 ? 2 : 4;
        var prefix = 8 + lengthBytes;
        var headerLength = ((prefix + text.Length + 1 + 63) / 64 * 64) - prefix;
        var file = new byte[prefix + headerLength + values.Length];
        byte[] magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', (byte)version, 0];
        magic.CopyTo(file, 0);
        if (version == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), (ushort)headerLength);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(8), (uint)headerLength);
        }

        file.AsSpan(prefix, headerLength).Fill((byte)' ');
        text.CopyTo(file, prefix);
        file[prefix + headerLength - 1] = (byte)'\n';
        values.CopyTo(file, prefix + headerLength);
        return file;
    }

    /// <summary>An array of bytes that count up, [shape].</summary>
    public static byte[] CreateBytes(params int[] shape)
    {
        var values = new byte[shape.Aggregate(1, (product, extent) => product * extent)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (byte)((i * 37) + (i >> 8));
        }

        return Create("|u1", shape, values);
    }
}
