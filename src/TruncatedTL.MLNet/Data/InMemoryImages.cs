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

        Parallel.For(0, Count, i =>
        {
            _labels[i] = source.LabelOf(i);
            if (_bytes is not null)
            {
                source.CopyImage(i, ImageOf(_bytes, i));
            }
            else
            {
                source.CopyImage(i, ImageOf(_singles!, i));
            }
        });
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

    private Span<T> ImageOf<T>(T[] all, int index)
    {
        return all.AsSpan(index * ValuesPerImage, ValuesPerImage);
    }
}
