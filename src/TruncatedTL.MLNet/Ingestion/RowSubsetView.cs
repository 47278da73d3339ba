using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>
/// Some rows of a view, by position. Nothing is copied: each cursor runs over the source and skips the others, whose values are never
/// asked for. Schema and row ids are the source's.
/// </summary>
/// <remarks>
/// Positions mean something only in the source's own order, so the view does not offer shuffled cursors; ML.NET then shuffles
/// what it reads (ShuffleRows). Each row's id is compared with the one it had when the split was made: a source that changes between
/// two readings would otherwise mix training and test without a word.
/// </remarks>
internal sealed class RowSubsetView : IDataView
{
    private readonly IDataView _source;
    private readonly int[] _rows;
    private readonly DataViewRowId[] _ids;

    /// <summary>Creates the view.</summary>
    /// <param name="source">The rows to choose from.</param>
    /// <param name="rows">Positions in the source, ascending.</param>
    /// <param name="idOfRow">The ids of all rows of the source.</param>
    public RowSubsetView(IDataView source, int[] rows, IReadOnlyList<DataViewRowId> idOfRow)
    {
        _source = source;
        _rows = rows;
        _ids = Array.ConvertAll(rows, row => idOfRow[row]);
    }

    public DataViewSchema Schema => _source.Schema;

    public bool CanShuffle => false;

    public long? GetRowCount() => _rows.Length;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(_source.GetRowCursor(columnsNeeded), _rows, _ids);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded)];

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly DataViewRowCursor _inner;
        private readonly int[] _rows;
        private readonly DataViewRowId[] _ids;
        private readonly ValueGetter<DataViewRowId> _id;
        private long _position = -1;
        private bool _isDone;

        public Cursor(DataViewRowCursor inner, int[] rows, DataViewRowId[] ids)
        {
            _inner = inner;
            _rows = rows;
            _ids = ids;
            _id = inner.GetIdGetter();
        }

        public override DataViewSchema Schema => _inner.Schema;

        public override long Position => _isDone ? -1 : _position;

        public override long Batch => _inner.Batch;

        public override bool MoveNext()
        {
            if (_isDone)
            {
                return false;
            }

            if (_position + 1 == _rows.Length)
            {
                _isDone = true;
                return false;
            }

            _position++;
            do
            {
                if (!_inner.MoveNext())
                {
                    throw Changed();
                }
            }
            while (_inner.Position < _rows[_position]);

            DataViewRowId id = default;
            _id(ref id);
            return id.Equals(_ids[_position]) ? true : throw Changed();
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _inner.IsColumnActive(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => _inner.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            var inner = _inner.GetGetter<TValue>(column);
            return (ref TValue value) =>
            {
                if (Position < 0)
                {
                    throw new InvalidOperationException("The cursor is not on a row.");
                }

                inner(ref value);
            };
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private static InvalidOperationException Changed() =>
            new("The data no longer have the rows, or the order of rows, that they were split in. Split data that read the same each time.");
    }
}
