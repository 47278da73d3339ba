using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Undoes the filters of PNG rows.</summary>
/// <remarks>Source: PNG (Third Edition), W3C, section 9 "Filtering".</remarks>
internal static class PngFilters
{
    // What a byte is expected to be, by the same byte of the pixels to the left, above, and above to the left.
    private interface IPrediction
    {
        static abstract int Of(int left, int above, int aboveLeft);

        // The same for the bytes of a pixel, which are the lowest four.
        static abstract Vector128<byte> Of(Vector128<byte> left, Vector128<byte> above, Vector128<byte> aboveLeft);
    }

    /// <summary>Restores a row in place.</summary>
    /// <param name="filter">The row's filter.</param>
    /// <param name="row">The filtered bytes.</param>
    /// <param name="above">The restored row above, as long; zeros for the first one.</param>
    /// <param name="pixelBytes">Bytes of a pixel, at least 1.</param>
    /// <returns>False if there is no such filter.</returns>
    public static bool TryUndo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        above = above[..row.Length];
        switch (filter)
        {
            case 0:
                return true;
            case 1:
                Undo<Sub>(row, above, pixelBytes);
                return true;
            case 2:
                Add(row, above);
                return true;
            case 3:
                Undo<Average>(row, above, pixelBytes);
                return true;
            case 4:
                Undo<Paeth>(row, above, pixelBytes);
                return true;
            default:
                return false;
        }
    }

    private static void Add(Span<byte> row, ReadOnlySpan<byte> above)
    {
        var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(row);
        var others = MemoryMarshal.Cast<byte, Vector<byte>>(above);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] += others[i];
        }

        for (var i = vectors.Length * Vector<byte>.Count; i < row.Length; i++)
        {
            row[i] += above[i];
        }
    }

    private static void Undo<TPrediction>(Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
        where TPrediction : struct, IPrediction
    {
        switch (pixelBytes)
        {
            case 1:
                UndoOne<TPrediction>(row, above);
                break;
            case 3:
            case 4:
                UndoColour<TPrediction>(row, above, pixelBytes);
                break;
            default:
                UndoAny<TPrediction>(row, above, pixelBytes);
                break;
        }
    }

    private static void UndoAny<TPrediction>(Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes, int start = 0)
        where TPrediction : struct, IPrediction
    {
        for (var i = start; i < row.Length; i++)
        {
            var (left, aboveLeft) = i < pixelBytes ? (0, 0) : (row[i - pixelBytes], above[i - pixelBytes]);
            row[i] += (byte)TPrediction.Of(left, above[i], aboveLeft);
        }
    }

    // Every byte depends on the one before it; what is kept in a register need not pass through memory.
    private static void UndoOne<TPrediction>(Span<byte> row, ReadOnlySpan<byte> above)
        where TPrediction : struct, IPrediction
    {
        var (left, aboveLeft) = (0, 0);
        for (var i = 0; i < row.Length; i++)
        {
            int up = above[i];
            left = (byte)(row[i] + TPrediction.Of(left, up, aboveLeft));
            aboveLeft = up;
            row[i] = (byte)left;
        }
    }

    // As above, for all channels of a pixel at once.
    private static void UndoColour<TPrediction>(Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
        where TPrediction : struct, IPrediction
    {
        ref var target = ref MemoryMarshal.GetReference(row);
        ref var upper = ref MemoryMarshal.GetReference(above);
        var (left, aboveLeft) = (Vector128<byte>.Zero, Vector128<byte>.Zero);
        nint i = 0;

        // Four bytes are read even of pixels of three, which must not pass the end.
        for (; i + sizeof(uint) <= row.Length; i += pixelBytes)
        {
            ref var place = ref Unsafe.Add(ref target, i);
            var up = Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref upper, i))).AsByte();
            left = Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(ref place)).AsByte() + TPrediction.Of(left, up, aboveLeft);
            aboveLeft = up;
            var pixel = left.AsUInt32().ToScalar();
            if (pixelBytes == 4)
            {
                Unsafe.WriteUnaligned(ref place, pixel);
            }
            else
            {
                Unsafe.WriteUnaligned(ref place, (ushort)pixel);
                Unsafe.Add(ref place, 2) = (byte)(pixel >> 16);
            }
        }

        UndoAny<TPrediction>(row, above, pixelBytes, (int)i);
    }

    private readonly struct Sub : IPrediction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Of(int left, int above, int aboveLeft) => left;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Of(Vector128<byte> left, Vector128<byte> above, Vector128<byte> aboveLeft) => left;
    }

    private readonly struct Average : IPrediction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Of(int left, int above, int aboveLeft) => (left + above) >> 1;

        // What both have, and half of what only one has.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Of(Vector128<byte> left, Vector128<byte> above, Vector128<byte> aboveLeft) =>
            (left & above) + (((left ^ above).AsUInt16() >> 1).AsByte() & Vector128.Create((byte)0x7F));
    }

    // The neighbour that is nearest to left + above - aboveLeft, in this order where several are.
    private readonly struct Paeth : IPrediction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Of(int left, int above, int aboveLeft)
        {
            // The distance to the left neighbour is how much the one above differs from the one between them, and the other way round.
            var (toLeft, toAbove) = (above - aboveLeft, left - aboveLeft);
            var (fromLeft, fromAbove, fromAboveLeft) = (Magnitude(toLeft), Magnitude(toAbove), Magnitude(toLeft + toAbove));

            // Which one it is cannot be foretold in noise, so masks choose and not branches: all bits are set where the second is smaller.
            var nearer = Choose(above, aboveLeft, (fromAboveLeft - fromAbove) >> 31);
            return Choose(left, nearer, ((fromAbove - fromLeft) | (fromAboveLeft - fromLeft)) >> 31);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Of(Vector128<byte> left, Vector128<byte> above, Vector128<byte> aboveLeft)
        {
            var (a, b, c) = (Vector128.WidenLower(left).AsInt16(), Vector128.WidenLower(above).AsInt16(), Vector128.WidenLower(aboveLeft).AsInt16());
            var (toLeft, toAbove) = (b - c, a - c);
            var (fromLeft, fromAbove, fromAboveLeft) = (Vector128.Abs(toLeft), Vector128.Abs(toAbove), Vector128.Abs(toLeft + toAbove));
            var nearer = Vector128.ConditionalSelect(Vector128.LessThan(fromAboveLeft, fromAbove), c, b);
            var chosen = Vector128.ConditionalSelect(Vector128.LessThan(Vector128.Min(fromAbove, fromAboveLeft), fromLeft), nearer, a);
            return Vector128.Narrow(chosen.AsUInt16(), chosen.AsUInt16());
        }

        private static int Magnitude(int value) => (value ^ (value >> 31)) - (value >> 31);

        private static int Choose(int first, int second, int mask) => first ^ ((first ^ second) & mask);
    }
}
