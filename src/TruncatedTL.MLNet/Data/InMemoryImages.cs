using System.Runtime.ExceptionServices;

namespace TruncatedTL.MLNet.Data;

/// <summary>A copy of labelled images in one array.</summary>
internal sealed class InMemoryImages : LabelledImages
{
    // Exactly one of the two is set, by whether the values are bytes. [N, C, (D,) H, W]
    private readonly byte[]? _bytes;
    private readonly float[]? _singles;
    private readonly int[] _labels;

    public InMemoryImages(LabelledImages source)
        : base(source.Name, source.Count, source.Channels, source.SpatialShape, source.HasByteValues, source.ClassNames)
    {
        _labels = new int[Count];
        var values = Count * ValuesPerImage;
        if (HasByteValues)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(values);
        }
        else
        {
            _singles = GC.AllocateUninitializedArray<float>(values);
        }

        try
        {
            Parallel.For(0, Count, i => CopyFrom(source, i));
        }
        catch (AggregateException e)
        {
            // Callers know the errors of the source, not that several threads were at work.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    /// <inheritdoc/>
    protected override int GetLabel(int index)
    {
        return _labels[index];
    }

    /// <inheritdoc/>
    protected override void CopyBytes(int index, Span<byte> destination)
    {
        ImageOf(_bytes!, index).CopyTo(destination);
    }

    /// <inheritdoc/>
    protected override void CopySingles(int index, Span<float> destination)
    {
        if (_singles is null)
        {
            base.CopySingles(index, destination);
            return;
        }

        ImageOf(_singles, index).CopyTo(destination);
    }

    private void CopyFrom(LabelledImages source, int index)
    {
        _labels[index] = source.LabelOf(index);
        if (_bytes is not null)
        {
            source.CopyImage(index, ImageOf(_bytes, index));
        }
        else
        {
            source.CopyImage(index, ImageOf(_singles!, index));
        }
    }

    private Span<T> ImageOf<T>(T[] all, int index)
    {
        return all.AsSpan(index * ValuesPerImage, ValuesPerImage);
    }
}
