using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>Finds which fragments of encapsulated pixel data make up which frame (PS3.5, A.4).</summary>
internal sealed class EncapsulatedFrames
{
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _fragments;

    // Where each frame begins, and one past the last fragment.
    private readonly int[] _starts;

    /// <summary>Sorts the fragments.</summary>
    /// <param name="pixelData">The fragments.</param>
    /// <param name="description">How many frames there should be.</param>
    /// <param name="startMark">The bytes with which a frame begins, for files whose offset table is empty or wrong; none where a frame is always one fragment.</param>
    public EncapsulatedFrames(PixelDataElement pixelData, PixelDescription description, ReadOnlySpan<byte> startMark)
    {
        _fragments = pixelData.Fragments!;
        var frames = description.Frames;
        if (frames > _fragments.Count)
        {
            throw new ImageFormatException(description.Name, $"there are {frames} frames but only {_fragments.Count} fragments of pixel data");
        }

        _starts = frames == 1 && startMark.Length > 0 ? [0, _fragments.Count]
            : frames == _fragments.Count ? [.. Enumerable.Range(0, frames + 1)]
            : FromOffsets(pixelData.OffsetTable.Span, frames) ?? FromMarks(frames, startMark)
            ?? throw new ImageFormatException(description.Name, $"it cannot be told which of the {_fragments.Count} fragments make up which of the {frames} frames");
    }

    /// <summary>Bytes of all frames together.</summary>
    public long TotalBytes => _fragments.Sum(fragment => (long)fragment.Length);

    /// <summary>The bytes of one frame, copied only where they are in several fragments.</summary>
    public ReadOnlyMemory<byte> this[int frame]
    {
        get
        {
            var (start, end) = (_starts[frame], _starts[frame + 1]);
            if (end - start == 1)
            {
                return _fragments[start];
            }

            var all = new byte[Enumerable.Range(start, end - start).Sum(i => _fragments[i].Length)];
            for (var (i, at) = (start, 0); i < end; at += _fragments[i].Length, i++)
            {
                _fragments[i].Span.CopyTo(all.AsSpan(at));
            }

            return all;
        }
    }

    private int[]? FromOffsets(ReadOnlySpan<byte> table, int frames)
    {
        if (table.Length != 4L * frames)
        {
            return null;
        }

        var starts = new int[frames + 1];
        starts[frames] = _fragments.Count;
        long position = 0;
        var frame = 0;
        for (var i = 0; i < _fragments.Count && frame < frames; i++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(table[(4 * frame)..]) == position)
            {
                starts[frame++] = i;
            }

            // Offsets count the eight bytes in front of each fragment.
            position += 8 + _fragments[i].Length;
        }

        return frame == frames && starts[0] == 0 ? starts : null;
    }

    private int[]? FromMarks(int frames, ReadOnlySpan<byte> mark)
    {
        if (mark.IsEmpty)
        {
            return null;
        }

        var starts = new List<int>();
        for (var i = 0; i < _fragments.Count; i++)
        {
            if (_fragments[i].Span.StartsWith(mark))
            {
                starts.Add(i);
            }
        }

        return starts.Count == frames && starts[0] == 0 ? [.. starts, _fragments.Count] : null;
    }
}
