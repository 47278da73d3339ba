namespace TruncatedTL.MLNet.Splitting;

/// <summary>How many groups of each kind are in each part, with what a change would cost.</summary>
internal sealed class PartitionState
{
    private readonly GroupTable _table;
    private readonly double[] _fractions;
    private readonly int? _trainingPart;
    private readonly int[,] _rows;
    private readonly int[] _sizes;
    private readonly int[,] _groups;
    private readonly double _totalWeight;
    private readonly double[] _classWeights;
    private readonly int _classCount;

    /// <summary>Creates an assignment without any group.</summary>
    /// <param name="table">The groups.</param>
    /// <param name="fractions">Ideal share of each part; they sum to 1.</param>
    /// <param name="trainingPart">The part that a class should be in before all others, or null where parts are equals.</param>
    public PartitionState(GroupTable table, double[] fractions, int? trainingPart)
    {
        _table = table;
        _fractions = fractions;
        _trainingPart = trainingPart;
        _classCount = table.RowsOfClass.Length;
        _rows = new int[fractions.Length, _classCount];
        _sizes = new int[fractions.Length];
        _groups = new int[table.Kinds.Count, fractions.Length];

        // Shares, not rows, so that rare classes count as much as frequent ones; the parts' sizes count like all classes together.
        _classWeights = Array.ConvertAll(table.RowsOfClass, count => count == 0 ? 0 : 1.0 / ((double)count * count));
        _totalWeight = table.RowsOfClass.Count(count => count > 0) / ((double)table.RowCount * table.RowCount);
    }

    public int PartCount => _fractions.Length;

    /// <summary>Groups of a kind in a part.</summary>
    public int GroupsOf(int kind, int part) => _groups[kind, part];

    /// <summary>Rows of a class in a part.</summary>
    public int RowsOf(int label, int part) => _rows[part, label];

    /// <summary>Puts groups into a part, or takes them out where the number is negative.</summary>
    public void Add(int kind, int part, int count)
    {
        var (classes, counts) = (_table.Kinds[kind].Classes, _table.Kinds[kind].Counts);
        for (var i = 0; i < classes.Length; i++)
        {
            _rows[part, classes[i]] += count * counts[i];
        }

        _sizes[part] += count * _table.Kinds[kind].Size;
        _groups[kind, part] += count;
    }

    /// <summary>What <see cref="Add"/> of one group, or of minus one, would change.</summary>
    public SplitCost Change(int kind, int part, int sign)
    {
        var (classes, counts) = (_table.Kinds[kind].Classes, _table.Kinds[kind].Counts);
        var change = PartCost(part, _sizes[part] + sign * _table.Kinds[kind].Size) - PartCost(part, _sizes[part]);
        for (var i = 0; i < classes.Length; i++)
        {
            var before = _rows[part, classes[i]];
            change += ClassCost(part, classes[i], before + sign * counts[i]) - ClassCost(part, classes[i], before);
        }

        return change;
    }

    /// <summary>The cost of the whole assignment.</summary>
    public SplitCost Total()
    {
        var total = default(SplitCost);
        for (var part = 0; part < PartCount; part++)
        {
            total += PartCost(part, _sizes[part]);
            for (var label = 0; label < _classCount; label++)
            {
                total += ClassCost(part, label, _rows[part, label]);
            }
        }

        return total;
    }

    private SplitCost PartCost(int part, int size)
    {
        var deviation = size - _fractions[part] * _table.RowCount;
        // An empty part is worse than all classes missing everywhere.
        return new(size == 0 ? (long)(_classCount + 1) * 2 * PartCount : 0, 0, _totalWeight * deviation * deviation);
    }

    private SplitCost ClassCost(int part, int label, int count)
    {
        var all = _table.RowsOfClass[label];
        if (all == 0)
        {
            return default;
        }

        var deviation = count - _fractions[part] * all;
        var missing = count > 0 ? 0 : part == _trainingPart ? PartCount : 1;
        return new(missing, Math.Max(0, Math.Abs(deviation) - _table.LargestOfClass[label]), _classWeights[label] * deviation * deviation);
    }
}
