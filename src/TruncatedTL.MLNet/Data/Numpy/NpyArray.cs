using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Data.Numpy;

/// <summary>
/// One NumPy array: the content of an <c>.npy</c> file, or of one entry of an <c>.npz</c> file (<see cref="NpzFile"/>).
/// </summary>
/// <remarks>
/// <para>
/// Values are held in C order (the last dimension varies fastest) and in this machine's byte order, whatever the file
/// had. Boolean, integer, floating-point and fixed-width text arrays are read; arrays of Python objects (which are
/// pickles) and structured arrays are refused.
/// </para>
/// <para>Source of the format: NumPy Enhancement Proposal 1, versions 1.0, 2.0 and 3.0.</para>
/// </remarks>
public sealed class NpyArray
{
    /// <summary>The most bytes that are read unless the caller allows more: 4 GiB.</summary>
    public const long DefaultMaxBytes = 4L << 30;

    private readonly Array _values;

    internal NpyArray(NpyHeader header, Array values)
    {
        ElementType = header.Descriptor.ElementType;
        Descriptor = header.Descriptor.Text;
        Shape = Array.AsReadOnly(header.Shape);
        _values = values;
    }

    /// <summary>What one element is.</summary>
    public NpyElementType ElementType { get; }

    /// <summary>The element type as the file states it, for instance <c>&lt;f4</c>.</summary>
    public string Descriptor { get; }

    /// <summary>The dimensions, outermost first. Empty for a single value (a 0-d array).</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of elements: the product of <see cref="Shape"/>, 1 for a 0-d array.</summary>
    public int Length => _values.Length;

    /// <summary>Reads an <c>.npy</c> file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most bytes of values to accept. Default: 4 GiB.</param>
    /// <returns>The array.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="ImageFormatException">The file is damaged, too large, or of an element type that is not supported.</exception>
    public static NpyArray Load(string path, long maxBytes = DefaultMaxBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        using var stream = File.OpenRead(path);
        return NpyReader.Read(stream, stream.Length, path, maxBytes);
    }

    /// <summary>Reads an array from the current position to the end of a stream.</summary>
    /// <param name="stream">A stream that can seek, so that the declared size can be checked before memory is taken.</param>
    /// <param name="sourceName">What to call the stream in messages.</param>
    /// <param name="maxBytes">The most bytes of values to accept. Default: 4 GiB.</param>
    /// <returns>The array.</returns>
    /// <exception cref="ArgumentException"><paramref name="stream"/> cannot seek.</exception>
    /// <exception cref="ImageFormatException">The content is damaged, too large, or of an element type that is not supported.</exception>
    public static NpyArray Read(Stream stream, string sourceName, long maxBytes = DefaultMaxBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(sourceName);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        if (!stream.CanSeek)
        {
            throw new ArgumentException("The stream must be able to seek.", nameof(stream));
        }

        return NpyReader.Read(stream, stream.Length - stream.Position, sourceName, maxBytes);
    }

    /// <summary>The values in C order without copying.</summary>
    /// <typeparam name="T">The type that <see cref="NpyElementType"/> names for <see cref="ElementType"/>, exactly.</typeparam>
    /// <returns>All values.</returns>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
    {
        // Not a cast: the runtime would let a byte[] pass as an sbyte[].
        return _values.GetType() == typeof(T[])
            ? (T[])_values
            : throw new InvalidOperationException($"The elements are {ElementType} ({Descriptor}), not {typeof(T).Name}.");
    }

    /// <summary>The values of a text array in C order, without the padding.</summary>
    /// <returns>All values.</returns>
    /// <remarks><c>bytes_</c> (<c>S</c>) values are read as UTF-8 where they are valid UTF-8, else as Latin-1.</remarks>
    /// <exception cref="InvalidOperationException">The elements are not text.</exception>
    public IReadOnlyList<string> AsStrings()
    {
        return _values is string[] strings
            ? Array.AsReadOnly(strings)
            : throw new InvalidOperationException($"The elements are {ElementType} ({Descriptor}), not text.");
    }

    /// <summary>All values as 32-bit floats; true is 1. Integers and 64-bit floats are rounded to the nearest float.</summary>
    /// <returns>A new array in C order.</returns>
    /// <exception cref="InvalidOperationException">The elements are text.</exception>
    public float[] ToSingles()
    {
        var singles = new float[Length];
        CopySingles(0, singles);
        return singles;
    }

    /// <summary>All values as 64-bit floats; true is 1.</summary>
    /// <returns>A new array in C order.</returns>
    /// <exception cref="InvalidOperationException">The elements are text.</exception>
    public double[] ToDoubles()
    {
        // By element type, not by array type: the runtime would match a long[] with ulong[].
        return ElementType switch
        {
            NpyElementType.Float64 => AsSpan<double>().ToArray(),
            NpyElementType.Float32 => Array.ConvertAll((float[])_values, x => (double)x),
            NpyElementType.Float16 => Array.ConvertAll((Half[])_values, x => (double)x),
            NpyElementType.UInt64 => Array.ConvertAll((ulong[])_values, x => (double)x),
            NpyElementType.Text => throw NotNumeric(),
            _ => Array.ConvertAll(ToInt64s(), x => (double)x),
        };
    }

    /// <summary>All values as 64-bit integers; true is 1.</summary>
    /// <returns>A new array in C order.</returns>
    /// <exception cref="InvalidOperationException">
    /// The elements are text, or a value has no exact 64-bit integer (a fraction, not a number, out of range).
    /// </exception>
    public long[] ToInt64s()
    {
        return ElementType switch
        {
            NpyElementType.Boolean => Array.ConvertAll((bool[])_values, x => x ? 1L : 0L),
            NpyElementType.UInt8 => Array.ConvertAll((byte[])_values, x => (long)x),
            NpyElementType.Int8 => Array.ConvertAll((sbyte[])_values, x => (long)x),
            NpyElementType.UInt16 => Array.ConvertAll((ushort[])_values, x => (long)x),
            NpyElementType.Int16 => Array.ConvertAll((short[])_values, x => (long)x),
            NpyElementType.UInt32 => Array.ConvertAll((uint[])_values, x => (long)x),
            NpyElementType.Int32 => Array.ConvertAll((int[])_values, x => (long)x),
            NpyElementType.Int64 => AsSpan<long>().ToArray(),
            NpyElementType.UInt64 => Array.ConvertAll((ulong[])_values, x => x <= long.MaxValue ? (long)x : throw NotWhole(x)),
            NpyElementType.Text => throw NotNumeric(),
            _ => Array.ConvertAll(ToDoubles(), ToInt64Exactly),
        };
    }

    /// <summary>Converts a run of values to floats, as <see cref="ToSingles"/> does for all.</summary>
    internal void CopySingles(int start, Span<float> destination)
    {
        switch (ElementType)
        {
            case NpyElementType.Float32:
                AsSpan<float>().Slice(start, destination.Length).CopyTo(destination);
                break;
            case NpyElementType.Boolean:
                MemoryMarshal.Cast<bool, byte>(AsSpan<bool>()).Slice(start, destination.Length).ConvertTo(destination);
                break;
            case NpyElementType.UInt8:
                AsSpan<byte>().Slice(start, destination.Length).ConvertTo(destination);
                break;
            case NpyElementType.Int8:
                AsSpan<sbyte>().Slice(start, destination.Length).ConvertTo(destination);
                break;
            case NpyElementType.UInt16:
                AsSpan<ushort>().Slice(start, destination.Length).ConvertTo(destination);
                break;
            case NpyElementType.Int16:
                AsSpan<short>().Slice(start, destination.Length).ConvertTo(destination);
                break;
            case NpyElementType.UInt32:
                AsSpan<uint>().Slice(start, destination.Length).ConvertTo(destination);
                break;
            case NpyElementType.Int32:
                AsSpan<int>().Slice(start, destination.Length).ConvertTo(destination);
                break;
            case NpyElementType.UInt64:
                AsSpan<ulong>().Slice(start, destination.Length).ConvertTo(destination);
                break;
            case NpyElementType.Int64:
                AsSpan<long>().Slice(start, destination.Length).ConvertTo(destination);
                break;
            case NpyElementType.Float16:
                AsSpan<Half>().Slice(start, destination.Length).ConvertTo(destination);
                break;
            case NpyElementType.Float64:
                AsSpan<double>().Slice(start, destination.Length).ConvertTo(destination);
                break;
            default:
                throw NotNumeric();
        }
    }

    private static long ToInt64Exactly(double value)
    {
        // 2^63 itself is a double but not a long, hence "less than".
        return Math.Floor(value) == value && value >= long.MinValue && value < 9223372036854775808.0 ? (long)value : throw NotWhole(value);
    }

    private static InvalidOperationException NotWhole(object value)
    {
        return new InvalidOperationException(FormattableString.Invariant($"The value {value} is not a whole number within 64 bits."));
    }

    private InvalidOperationException NotNumeric()
    {
        return new InvalidOperationException($"The elements are text ({Descriptor}), not numbers.");
    }
}
