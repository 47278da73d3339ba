using System.Numerics;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Images of one length in chunks of memory. A new chunk holds about a thirty-second of what is there already: growing
/// copies nothing, and at most about 3% of the memory is unused.
/// </summary>
/// <typeparam name="T">Type of a pixel.</typeparam>
/// <param name="imageLength">Pixels (values) of an image, all channels together.</param>
internal sealed class ChunkedImages<T>(int imageLength)
    where T : unmanaged, INumberBase<T>
{
    private const int SmallestChunkBytes = 1 << 14;
    private const int LargestChunkBytes = 1 << 26;

    // First image of each chunk, ascending.
    private readonly List<int> _firsts = [];
    private readonly List<T[]> _chunks = [];

    public int Count { get; private set; }

    /// <summary>Bytes of all chunks, used or not.</summary>
    public long CapacityBytes { get; private set; }

    /// <summary>The pixels of an image.</summary>
    public ReadOnlySpan<T> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return Slot(index);
        }
    }

    /// <summary>Adds an image and returns its pixels for filling.</summary>
    public Span<T> Add()
    {
        if (_chunks.Count == 0 || Count - _firsts[^1] == _chunks[^1].Length / imageLength)
        {
            AddChunk();
        }

        return Slot(Count++);
    }

    /// <summary>The same images with another type of pixel. This object gives up each chunk as soon as it is converted and is empty afterwards.</summary>
    public ChunkedImages<TTo> ConvertAndClear<TTo>()
        where TTo : unmanaged, INumberBase<TTo>
    {
        var result = new ChunkedImages<TTo>(imageLength);
        for (var chunk = 0; chunk < _chunks.Count; chunk++)
        {
            var end = chunk + 1 < _chunks.Count ? _firsts[chunk + 1] : Count;
            for (var index = _firsts[chunk]; index < end; index++)
            {
                var source = Slot(index);
                var target = result.Add();
                for (var i = 0; i < source.Length; i++)
                {
                    target[i] = TTo.CreateTruncating(source[i]);
                }
            }

            _chunks[chunk] = [];
        }

        _chunks.Clear();
        _firsts.Clear();
        Count = 0;
        CapacityBytes = 0;
        return result;
    }

    private unsafe void AddChunk()
    {
        var imageBytes = (long)imageLength * sizeof(T);
        var atLeast = Math.Max(1, SmallestChunkBytes / imageBytes);
        var atMost = Math.Max(1, LargestChunkBytes / imageBytes);
        var images = Math.Clamp(Count / 32, atLeast, atMost);
        _chunks.Add(GC.AllocateUninitializedArray<T>(checked((int)(images * imageLength))));
        _firsts.Add(Count);
        CapacityBytes += images * imageBytes;
    }

    private Span<T> Slot(int index)
    {
        var found = _firsts.BinarySearch(index);
        var chunk = found >= 0 ? found : ~found - 1;
        return _chunks[chunk].AsSpan((index - _firsts[chunk]) * imageLength, imageLength);
    }
}
