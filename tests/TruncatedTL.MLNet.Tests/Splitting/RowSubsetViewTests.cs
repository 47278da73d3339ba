using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Splitting;

/// <summary>The views over a part keep ML.NET's rules for views.</summary>
public sealed class RowSubsetViewTests
{
    private static readonly int[] s_rows = [1, 2, 5, 8];

    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void Schema_count_values_and_ids_are_those_of_the_source()
    {
        var source = PatientRows.View(_context, 4);
        var view = Subset(source, s_rows);
        Assert.Same(source.Schema, view.Schema);
        Assert.Equal(4, view.GetRowCount());
        Assert.Equal(s_rows, PatientRows.Positions(view));
        Assert.Equal(s_rows, PatientRows.Positions(view));
        var all = SplitColumns.ReadIds(source);
        Assert.Equal(s_rows.Select(row => all[row]), SplitColumns.ReadIds(view));
        var images = source.GetColumn<byte[]>("Image").ToArray();
        Assert.Equal(s_rows.Select(row => images[row]), view.GetColumn<byte[]>("Image"));
    }

    [Fact]
    public void A_cursor_counts_its_own_rows_and_ends()
    {
        var view = Subset(PatientRows.View(_context, 4), s_rows);
        using var cursor = view.GetRowCursor([view.Schema["Position"]]);
        var getter = cursor.GetGetter<int>(view.Schema["Position"]);
        var value = 0;
        Assert.Equal(-1, cursor.Position);
        Assert.Throws<InvalidOperationException>(() => getter(ref value));
        Assert.True(cursor.IsColumnActive(view.Schema["Position"]));
        Assert.False(cursor.IsColumnActive(view.Schema["Image"]));
        for (var i = 0; i < s_rows.Length; i++)
        {
            Assert.True(cursor.MoveNext());
            Assert.Equal(i, cursor.Position);
            getter(ref value);
            Assert.Equal(s_rows[i], value);
        }

        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
        Assert.Throws<InvalidOperationException>(() => getter(ref value));
    }

    [Fact]
    public void Several_cursors_and_cursor_sets_read_side_by_side()
    {
        var view = Subset(PatientRows.View(_context, 4), s_rows);
        var values = new int[4][];
        Parallel.For(0, values.Length, i => values[i] = PatientRows.Positions(view));
        Assert.All(values, positions => Assert.Equal(s_rows, positions));
        var set = view.GetRowCursorSet([view.Schema["Position"]], 3);
        var count = 0;
        foreach (var cursor in set)
        {
            while (cursor.MoveNext())
            {
                count++;
            }

            cursor.Dispose();
        }

        Assert.Equal(4, count);
    }

    [Fact]
    public void Shuffling_caching_and_nesting_never_bring_in_other_rows()
    {
        var view = Subset(PatientRows.View(_context, 40), [.. Enumerable.Range(0, 60).Select(i => 2 * i)]);
        var expected = PatientRows.Positions(view);
        Assert.False(view.CanShuffle);
        var shuffled = PatientRows.Positions(_context.Data.ShuffleRows(view, seed: 3));
        Assert.NotEqual(expected, shuffled);
        Assert.Equal(expected, shuffled.Order());
        Assert.Equal(expected, PatientRows.Positions(_context.Data.Cache(view)));
        using var random = view.GetRowCursor([view.Schema["Position"]], new Random(1));
        Assert.True(random.MoveNext());
        Assert.Equal(expected[1..4], PatientRows.Positions(Subset(view, [1, 2, 3])));
    }

    [Fact]
    public void A_source_in_shuffled_order_is_split_in_that_order()
    {
        var source = _context.Data.ShuffleRows(PatientRows.View(_context, 20), seed: 5);
        var order = PatientRows.Positions(source);
        Assert.Equal(s_rows.Select(row => order[row]), PatientRows.Positions(Subset(source, s_rows)));
    }

    [Fact]
    public void Values_of_other_rows_are_never_asked_for()
    {
        var asked = new List<int>();
        var rows = Enumerable.Range(0, 10).Select(i => new WatchedRow(i, asked)).ToArray();
        var view = Subset(_context.Data.LoadFromEnumerable(rows), s_rows);
        Assert.Equal(s_rows, view.GetColumn<int>("Value"));
        Assert.Equal(s_rows, asked);
    }

    [Fact]
    public void A_source_that_changes_between_readings_is_an_error_and_no_leak()
    {
        var rows = new List<WatchedRow>(Enumerable.Range(0, 10).Select(i => new WatchedRow(i, [])));
        var data = _context.Data.LoadFromEnumerable(rows);
        var view = Subset(data, s_rows);
        rows.RemoveRange(6, 4);
        Assert.Contains("no longer", Assert.Throws<InvalidOperationException>(() => view.GetColumn<int>("Value").ToArray()).Message);

        var ids = SplitColumns.ReadIds(PatientRows.View(_context, 4));
        Array.Reverse(ids);
        var moved = new RowSubsetView(PatientRows.View(_context, 4), s_rows, ids);
        Assert.Throws<InvalidOperationException>(() => PatientRows.Positions(moved));
    }

    [Fact]
    public void Text_files_keep_their_rows()
    {
        using var file = new TemporaryPath(".csv");
        File.WriteAllLines(file.Path, Enumerable.Range(0, 5000).Select(i => $"{i}"));
        var view = Subset(_context.Data.LoadFromTextFile(file.Path, [new TextLoader.Column("Position", DataKind.Int32, 0)]), [3, 1000, 2500, 4999]);
        Assert.Equal([3, 1000, 2500, 4999], PatientRows.Positions(view));
    }

    private static RowSubsetView Subset(IDataView source, int[] rows) => new(source, rows, SplitColumns.ReadIds(source));

    private sealed class WatchedRow(int value, List<int> asked)
    {
        public int Value
        {
            get
            {
                asked.Add(value);
                return value;
            }
        }
    }
}
