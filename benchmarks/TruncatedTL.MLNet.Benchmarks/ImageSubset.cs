using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Splitting;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Some images of a set.</summary>
internal sealed class ImageSubset(LabelledImages source, int[] rows)
    : LabelledImages(source.Name, rows.Length, source.Channels, source.SpatialShape, source.HasByteValues, source.ClassNames)
{
    /// <summary>A stratified draw of about as many images as wanted; all of them where there are no more.</summary>
    public static LabelledImages Draw(LabelledImages source, int count, int seed)
    {
        if (count >= source.Count)
        {
            return source;
        }

        var labels = Enumerable.Range(0, source.Count).Select(source.LabelOf).ToArray();
        var share = count / (double)source.Count;
        return new ImageSubset(source, StratifiedGroups.Split(labels, groups: null, [share, 1 - share], seed).RowsOf(0));
    }

    protected override void CopyBytes(int index, Span<byte> destination) => source.CopyImage(rows[index], destination);

    protected override void CopySingles(int index, Span<float> destination) => source.CopyImage(rows[index], destination);

    protected override int GetLabel(int index) => source.LabelOf(rows[index]);
}
