namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>
/// Probabilities against what came, in bins. With two classes the probability is that of the positive class; with more it is that
/// of the predicted class, and what came is whether the prediction was right (Guo et al. 2017).
/// </summary>
internal sealed class CalibrationBins
{
    private readonly double[] _probabilities;
    private readonly bool[] _cameTrue;
    private readonly int[] _widthBins;
    private readonly int[] _order;
    private readonly bool[] _endsTie;

    public CalibrationBins(double[] probabilities, bool[] cameTrue, int binCount)
    {
        _probabilities = probabilities;
        _cameTrue = cameTrue;
        Count = binCount;

        // A probability on an edge belongs to the lower bin; the edges are computed as numpy.linspace does.
        var edges = Enumerable.Range(1, binCount - 1).Select(k => k * (1.0 / binCount)).ToArray();
        _widthBins = Array.ConvertAll(probabilities, p => LowerBound(edges, p));
        _order = Enumerable.Range(0, probabilities.Length).ToArray();
        var sorted = (double[])probabilities.Clone();
        Array.Sort(sorted, _order);
        _endsTie = new bool[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            _endsTie[i] = i == sorted.Length - 1 || sorted[i + 1] != sorted[i];
        }
    }

    /// <summary>Number of bins.</summary>
    public int Count { get; }

    /// <summary>Mean distance of promised and observed share over bins of equal width.</summary>
    /// <param name="weights">One weight per row, with a sum above 0.</param>
    /// <param name="balance">Room for <see cref="Count"/> numbers.</param>
    public double EqualWidthError(ReadOnlySpan<double> weights, Span<double> balance)
    {
        balance.Clear();
        var total = 0.0;
        for (var i = 0; i < _widthBins.Length; i++)
        {
            total += weights[i];
            balance[_widthBins[i]] += weights[i] * Surprise(i);
        }

        return SumOfDistances(balance) / total;
    }

    /// <summary>The same over bins that hold equal weight. Equal probabilities share a bin: the one that holds their middle.</summary>
    /// <inheritdoc cref="EqualWidthError" path="/param"/>
    public double EqualMassError(ReadOnlySpan<double> weights, Span<double> balance)
    {
        balance.Clear();
        var total = Sum(weights);
        var (below, tie, tieBalance) = (0.0, 0.0, 0.0);
        for (var i = 0; i < _order.Length; i++)
        {
            var row = _order[i];
            tie += weights[row];
            tieBalance += weights[row] * Surprise(row);
            if (_endsTie[i])
            {
                balance[MassBin(below + tie / 2, total)] += tieBalance;
                below += tie;
                (tie, tieBalance) = (0, 0);
            }
        }

        return SumOfDistances(balance) / total;
    }

    /// <summary>The bins of equal width that are not empty.</summary>
    public ReliabilityBin[] EqualWidth(ReadOnlySpan<double> weights) => Collect(_widthBins, weights);

    /// <summary>The bins of equal weight that are not empty.</summary>
    public ReliabilityBin[] EqualMass(ReadOnlySpan<double> weights)
    {
        var total = Sum(weights);
        var bins = new int[_order.Length];
        var below = 0.0;
        for (var first = 0; first < _order.Length;)
        {
            var end = first;
            var tie = 0.0;
            do
            {
                tie += weights[_order[end]];
            }
            while (!_endsTie[end++]);

            foreach (var row in _order.AsSpan(first, end - first))
            {
                bins[row] = MassBin(below + tie / 2, total);
            }

            below += tie;
            first = end;
        }

        return Collect(bins, weights);
    }

    private ReliabilityBin[] Collect(int[] bins, ReadOnlySpan<double> weights)
    {
        var members = Enumerable.Range(0, Count).Select(_ => new List<int>()).ToArray();
        for (var i = 0; i < bins.Length; i++)
        {
            members[bins[i]].Add(i);
        }

        var result = new List<ReliabilityBin>();
        foreach (var rows in members.Where(rows => rows.Count > 0))
        {
            var (weight, promised, came) = (0.0, 0.0, 0.0);
            foreach (var row in rows)
            {
                weight += weights[row];
                promised += weights[row] * _probabilities[row];
                came += _cameTrue[row] ? weights[row] : 0;
            }

            result.Add(new(rows.Min(row => _probabilities[row]), rows.Max(row => _probabilities[row]), promised / weight, came / weight, weight));
        }

        return [.. result];
    }

    private double Surprise(int row) => (_cameTrue[row] ? 1 : 0) - _probabilities[row];

    // Rounding must not throw what lies on an edge to either side of it.
    private int MassBin(double middle, double total) => Math.Min(Count - 1, (int)(Count * middle / total + 1e-9));

    private static int LowerBound(double[] edges, double value)
    {
        var index = Array.BinarySearch(edges, value);
        return index < 0 ? ~index : index;
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }

    private static double SumOfDistances(ReadOnlySpan<double> balance)
    {
        var sum = 0.0;
        foreach (var value in balance)
        {
            sum += Math.Abs(value);
        }

        return sum;
    }
}
