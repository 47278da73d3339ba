using System.IO.Compression;
using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>Inflates a data set of the deflated transfer syntax (PS3.5, A.5) up to a limit.</summary>
internal static class DeflatedDataSet
{
    private const int BytesPerRead = 1 << 20;

    public static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> content, long maxBytes, string name)
    {
        MemoryMarshal.TryGetArray(content, out var array);
        using var compressed = array.Array is null ? new MemoryStream(content.ToArray(), writable: false) : new MemoryStream(array.Array, array.Offset, array.Count, writable: false);
        using var inflater = new DeflateStream(compressed, CompressionMode.Decompress);
        var parts = new List<byte[]>();
        long total = 0;
        try
        {
            while (true)
            {
                var part = new byte[(int)Math.Min(BytesPerRead, Math.Max(4096, content.Length * 4L))];
                var count = inflater.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
                total += count;
                if (total > Math.Min(maxBytes, Array.MaxLength))
                {
                    throw new ImageFormatException(name, $"the deflated data set is longer than the limit of {maxBytes} bytes. Raise the limit of values if the file can be trusted");
                }

                parts.Add(part);
                if (count < part.Length)
                {
                    break;
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw new ImageFormatException(name, "the deflated data set is damaged", exception);
        }

        var all = new byte[total];
        for (var (i, at) = (0, 0); at < all.Length; at += parts[i].Length, i++)
        {
            parts[i].AsSpan(0, Math.Min(parts[i].Length, all.Length - at)).CopyTo(all.AsSpan(at));
        }

        return all;
    }
}
