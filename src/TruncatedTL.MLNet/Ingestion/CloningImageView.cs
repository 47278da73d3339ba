using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>
/// A view over the user's rows whose image column hands out copies. ML.NET's image transforms dispose the images they
/// read, so without copies images held in memory would survive only one pass.
/// </summary>
internal sealed class CloningImageView(IDataView source, string imageColumnName) : IDataView
{
    public DataViewSchema Schema => source.Schema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(source.GetRowCursor(columnsNeeded, rand), source.Schema[imageColumnName].Index);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor inner, int imageIndex) : DataViewRowCursor
    {
        public override DataViewSchema Schema => inner.Schema;

        public override long Position => inner.Position;

        public override long Batch => inner.Batch;

        public override bool MoveNext() => inner.MoveNext();

        public override bool IsColumnActive(DataViewSchema.Column column) => inner.IsColumnActive(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => inner.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Index != imageIndex)
            {
                return inner.GetGetter<TValue>(column);
            }

            // The source's image stays the source's: a loader reuses and disposes it, a list of rows keeps it.
            MLImage? original = null;
            var source = inner.GetGetter<MLImage>(column);
            ValueGetter<MLImage> copy = (ref MLImage value) =>
            {
                source(ref original!);
                if (original is null)
                {
                    throw new TrainingDataException($"Row {Position} has no image in column '{column.Name}'.", Position);
                }

                value = MLImage.CreateFromPixels(original.Width, original.Height, original.PixelFormat, original.Pixels);
            };
            return (ValueGetter<TValue>)(Delegate)copy;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
