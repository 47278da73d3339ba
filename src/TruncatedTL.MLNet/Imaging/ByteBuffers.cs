using System.Buffers;

namespace TruncatedTL.MLNet.Imaging;

/// <summary>
/// Byte arrays that are used again: an array as long as an image is dear to the garbage collector, which clears each one and frees it only in its
/// most thorough kind of collection. What is rented and not given back is collected like any other array.
/// </summary>
internal static class ByteBuffers
{
    // What is larger is rare, and would be kept for long.
    private const int MaxKeptBytes = 1 << 26;

    /// <summary>An array of at least this length, with whatever it held before.</summary>
    public static byte[] Rent(int length)
    {
        return length <= MaxKeptBytes ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>Gives an array back that nobody uses any more.</summary>
    public static void Return(byte[] buffer)
    {
        if (buffer.Length <= MaxKeptBytes)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads a file into a rented array.</summary>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static (byte[] Buffer, int Length) ReadFile(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        if (length is 0 or > MaxKeptBytes)
        {
            // Files that are made while they are read say that they are empty.
            var content = File.ReadAllBytes(path);
            return (content, content.Length);
        }

        var (buffer, filled, read) = (Rent((int)length), 0, 0);
        do
        {
            read = RandomAccess.Read(file, buffer.AsSpan(filled, (int)length - filled), filled);
            filled += read;
        }
        while (read > 0 && filled < length);

        return (buffer, filled);
    }
}
