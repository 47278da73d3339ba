namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>The pickle machine's stack: values, and marks that close off the values below them.</summary>
internal sealed class PickleStack(PickleBudget budget)
{
    private const int SlotBytes = 16;

    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    private int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    public void Push(object? value)
    {
        budget.Charge(SlotBytes);
        _values.Add(value);
    }

    public object? Pop()
    {
        var value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    public object? Peek()
    {
        if (_values.Count <= Floor)
        {
            throw new PickleDataException("an operation needs a value, but the stack is empty");
        }

        return _values[^1];
    }

    public T Peek<T>(string what)
        where T : class => Peek() as T ?? throw new PickleDataException($"an operation needs {what} on the stack");

    public T Pop<T>(string what)
        where T : class => Pop() as T ?? throw new PickleDataException($"an operation needs {what} on the stack");

    public void Mark()
    {
        budget.Charge(SlotBytes);
        _marks.Add(_values.Count);
    }

    /// <summary>Removes the last mark and the values above it, and returns them, deepest first.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw new PickleDataException("an operation needs a mark, but there is none");
        }

        var start = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        var items = _values.GetRange(start, _values.Count - start).ToArray();
        _values.RemoveRange(start, _values.Count - start);
        return items;
    }

    /// <summary>Python's POP removes the mark where no value stands above it.</summary>
    public void PopValueOrMark()
    {
        if (_marks.Count > 0 && _values.Count == _marks[^1])
        {
            _marks.RemoveAt(_marks.Count - 1);
        }
        else
        {
            Pop();
        }
    }
}
