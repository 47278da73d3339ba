namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>
/// The rows in the order of one class's scores, sorted once: any weights, such as the counts of a resample, then need a single pass.
/// </summary>
internal sealed class RankedColumn
{
    private readonly int[] _order;
    private readonly bool[] _isPositive;
    private readonly bool[] _endsTie;
    private readonly double[] _scores;

    /// <param name="scores">One score per row.</param>
    /// <param name="isPositive">One label per row.</param>
    public RankedColumn(double[] scores, bool[] isPositive)
    {
        _order = Enumerable.Range(0, scores.Length).ToArray();
        _scores = [.. scores];
        Array.Sort(_scores, _order);
        Array.Reverse(_scores);
        Array.Reverse(_order);
        _isPositive = Array.ConvertAll(_order, row => isPositive[row]);
        _endsTie = new bool[scores.Length];
        for (var i = 0; i < _endsTie.Length; i++)
        {
            _endsTie[i] = i == _endsTie.Length - 1 || _scores[i + 1] != _scores[i];
        }
    }

    /// <summary>Both areas under weights; NaN where there is no positive or no negative.</summary>
    public (double Roc, double PrecisionRecall) Areas(ReadOnlySpan<double> weights, PrecisionRecallArea area)
    {
        var (truePositives, falsePositives) = (0.0, 0.0);
        var (tiePositives, tieNegatives) = (0.0, 0.0);
        var (roc, steps, trapezoids) = (0.0, 0.0, 0.0);
        var precisionBefore = 1.0;
        for (var i = 0; i < _order.Length; i++)
        {
            var weight = weights[_order[i]];
            if (_isPositive[i])
            {
                tiePositives += weight;
            }
            else
            {
                tieNegatives += weight;
            }

            if (!_endsTie[i] || tiePositives + tieNegatives == 0)
            {
                continue;
            }

            roc += tieNegatives * (truePositives + tiePositives / 2);
            truePositives += tiePositives;
            falsePositives += tieNegatives;
            var precision = truePositives / (truePositives + falsePositives);
            steps += tiePositives * precision;
            trapezoids += tiePositives * (precisionBefore + precision) / 2;
            precisionBefore = precision;
            (tiePositives, tieNegatives) = (0, 0);
        }

        return truePositives > 0 && falsePositives > 0
            ? (roc / (truePositives * falsePositives), (area == PrecisionRecallArea.Trapezoid ? trapezoids : steps) / truePositives)
            : (double.NaN, double.NaN);
    }

    /// <summary>The points of both curves, one per threshold that occurs; empty where there is no positive or no negative.</summary>
    public (RocPoint[] Roc, PrecisionRecallPoint[] PrecisionRecall) Curves(ReadOnlySpan<double> weights)
    {
        var (positives, negatives) = (0.0, 0.0);
        for (var i = 0; i < _order.Length; i++)
        {
            positives += _isPositive[i] ? weights[_order[i]] : 0;
            negatives += _isPositive[i] ? 0 : weights[_order[i]];
        }

        if (positives == 0 || negatives == 0)
        {
            return ([], []);
        }

        var roc = new List<RocPoint> { new(0, 0, double.PositiveInfinity) };
        var precisionRecall = new List<PrecisionRecallPoint>();
        var (truePositives, falsePositives) = (0.0, 0.0);
        for (var i = 0; i < _order.Length; i++)
        {
            truePositives += _isPositive[i] ? weights[_order[i]] : 0;
            falsePositives += _isPositive[i] ? 0 : weights[_order[i]];
            if (_endsTie[i])
            {
                roc.Add(new(falsePositives / negatives, truePositives / positives, _scores[i]));
                precisionRecall.Add(new(truePositives / positives, truePositives / (truePositives + falsePositives), _scores[i]));
            }
        }

        return ([.. roc], [.. precisionRecall]);
    }
}
