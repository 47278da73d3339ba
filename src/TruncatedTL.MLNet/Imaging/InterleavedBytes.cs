using System.Numerics;
using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Imaging;

/// <summary>
/// The pixels of an 8-bit image as decoders deliver them, [H, W, lanes]: grey in one lane, or red, green, blue in three or with an unused fourth.
/// </summary>
internal sealed class InterleavedBytes
{
    private readonly byte[] _buffer;
    private readonly int _start;

    /// <summary>Wraps a buffer, without copying it.</summary>
    /// <param name="buffer">From <see cref="ByteBuffers"/>; it may be longer than the image.</param>
    /// <param name="start">Where the first row begins.</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="lanes">Bytes per pixel: 1, 3 or 4.</param>
    public InterleavedBytes(byte[] buffer, int start, int stride, int height, int width, int lanes)
    {
        var end = start + ((Int128)stride * (height - 1)) + ((Int128)width * lanes);
        if (start < 0 || height < 1 || width < 1 || lanes is not (1 or 3 or 4) || stride < (Int128)width * lanes || end > buffer.Length)
        {
            throw new ArgumentException($"{buffer.Length} bytes do not hold {height} rows of {width} x {lanes} bytes from {start} in steps of {stride}.", nameof(buffer));
        }

        _buffer = buffer;
        _start = start;
        Stride = stride;
        Height = height;
        Width = width;
        Lanes = lanes;
    }

    /// <summary>Bytes from the beginning of one row to that of the next.</summary>
    public int Stride { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Bytes per pixel: 1, 3 or 4.</summary>
    public int Lanes { get; }

    /// <summary>Values per pixel: 1 or 3.</summary>
    public int Channels => Math.Min(Lanes, 3);

    /// <summary>The pixels of one row.</summary>
    public ReadOnlySpan<byte> Row(int row) => _buffer.AsSpan(_start + (row * Stride), Width * Lanes);

    /// <summary>Where the first pixel is, for code that checks its bounds itself.</summary>
    public ReadOnlySpan<byte> All() => _buffer.AsSpan(_start, ((Height - 1) * Stride) + (Width * Lanes));

    /// <summary>The lowest value of all channels.</summary>
    public byte Lowest()
    {
        // A fourth lane is no value; with all bits set it is never the lowest.
        Span<byte> unused = stackalloc byte[Vector<byte>.Count];
        for (var i = 3; Lanes == 4 && i < unused.Length; i += Lanes)
        {
            unused[i] = byte.MaxValue;
        }

        var mask = new Vector<byte>(unused);
        var lowest = Vector<byte>.AllBitsSet;
        var least = byte.MaxValue;
        for (var row = 0; row < Height; row++)
        {
            var pixels = Row(row);
            var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(pixels);
            foreach (var vector in vectors)
            {
                lowest = Vector.Min(lowest, vector | mask);
            }

            for (var i = vectors.Length * Vector<byte>.Count; i < pixels.Length; i++)
            {
                least = Math.Min(least, (byte)(pixels[i] | unused[i % Vector<byte>.Count]));
            }
        }

        for (var i = 0; i < Vector<byte>.Count; i++)
        {
            least = Math.Min(least, lowest[i]);
        }

        return least;
    }

    /// <summary>How often each value occurs, in all channels together.</summary>
    public int[] Histogram()
    {
        var counts = new int[byte.MaxValue + 1];
        for (var row = 0; row < Height; row++)
        {
            var pixels = Row(row);
            if (Lanes != 4)
            {
                foreach (var value in pixels)
                {
                    counts[value]++;
                }

                continue;
            }

            for (var i = 0; i < pixels.Length; i += Lanes)
            {
                counts[pixels[i]]++;
                counts[pixels[i + 1]]++;
                counts[pixels[i + 2]]++;
            }
        }

        return counts;
    }

    /// <summary>The same image as values, [C, H, W].</summary>
    public float[] ToValues()
    {
        var planeLength = Height * Width;
        var values = GC.AllocateUninitializedArray<float>(Channels * planeLength);
        for (var channel = 0; channel < Channels; channel++)
        {
            for (var row = 0; row < Height; row++)
            {
                var pixels = Row(row)[channel..];
                var plane = values.AsSpan((channel * planeLength) + (row * Width), Width);
                if (Lanes == 1)
                {
                    ByteVectors.Convert(pixels, plane);
                    continue;
                }

                for (var column = 0; column < plane.Length; column++)
                {
                    plane[column] = pixels[column * Lanes];
                }
            }
        }

        return values;
    }

    /// <summary>Gives the buffer back; nobody may use the image any more.</summary>
    public void Release() => ByteBuffers.Return(_buffer);
}
