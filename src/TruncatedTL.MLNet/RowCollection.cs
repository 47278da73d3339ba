using System.Collections;

namespace TruncatedTL.MLNet;

/// <summary>Rows that are made when they are read. A collection and not just a sequence: only then does ML.NET know the row count.</summary>
/// <param name="count">Number of rows.</param>
/// <param name="create">Makes a row; may be called from several threads, any number of times.</param>
internal sealed class RowCollection<TRow>(int count, Func<int, TRow> create) : ICollection<TRow>
{
    public int Count => count;

    public bool IsReadOnly => true;

    public IEnumerator<TRow> GetEnumerator()
    {
        return Enumerable.Range(0, count).Select(create).GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator()
    {
        return GetEnumerator();
    }

    public void CopyTo(TRow[] array, int arrayIndex)
    {
        for (var i = 0; i < count; i++)
        {
            array[arrayIndex + i] = create(i);
        }
    }

    // Rows are made on demand and have no identity.
    public bool Contains(TRow item)
    {
        return false;
    }

    public void Add(TRow item)
    {
        throw new NotSupportedException();
    }

    public void Clear()
    {
        throw new NotSupportedException();
    }

    public bool Remove(TRow item)
    {
        throw new NotSupportedException();
    }
}
