using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Scoring;

/// <summary>
/// The synthetic training rows of the calibrated head: a label column with the user's own type and key values, and a
/// feature column of the exact vector type that the ONNX model puts out. Building the view ourselves keeps any key
/// type and any annotation as it is.
/// </summary>
internal sealed class OneHotRows : IDataView
{
    private readonly IReadOnlyList<(object Label, float[] Features)> _rows;
    private readonly DataViewType _labelType;

    /// <summary>Creates the rows.</summary>
    /// <param name="label">The user's label column, whose name, type and annotations are taken over.</param>
    /// <param name="featureColumnName">Name of the feature column.</param>
    /// <param name="featureType">Type of the feature column.</param>
    /// <param name="rows">Label (uint key, or bool) and features of each row.</param>
    public OneHotRows(DataViewSchema.Column label, string featureColumnName, VectorDataViewType featureType, IReadOnlyList<(object Label, float[] Features)> rows)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(label.Name, label.Type, label.Annotations);
        builder.AddColumn(featureColumnName, featureType);
        Schema = builder.ToSchema();
        _labelType = label.Type;
        _rows = rows;
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    public long? GetRowCount() => _rows.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded.Select(column => column.Index).ToHashSet());

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(OneHotRows rows, HashSet<int> active) : DataViewRowCursor
    {
        private long _position = -1;

        public override DataViewSchema Schema => rows.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext()
        {
            if (_position + 1 >= rows._rows.Count)
            {
                _position = -1;
                return false;
            }

            _position++;
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Delegate getter = column.Index switch
            {
                1 => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
                {
                    var source = rows._rows[(int)_position].Features;
                    var editor = VBufferEditor.Create(ref value, source.Length);
                    source.CopyTo(editor.Values);
                    value = editor.Commit();
                }),
                _ when rows._labelType is BooleanDataViewType => (ValueGetter<bool>)((ref bool value) => value = (bool)rows._rows[(int)_position].Label),
                _ => (ValueGetter<uint>)((ref uint value) => value = (uint)rows._rows[(int)_position].Label),
            };
            return (ValueGetter<TValue>)getter;
        }
    }
}
