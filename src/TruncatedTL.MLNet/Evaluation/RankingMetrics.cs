namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// Areas under the ROC and the precision-recall curve, exact and in double precision. Where a metric is undefined because a
/// class is absent the result is null: a number would be taken for a measurement.
/// </summary>
internal static class RankingMetrics
{
    /// <summary>
    /// The probability that a positive is ranked above a negative, ties counting one half (Mann-Whitney U over mid-ranks). Null
    /// where there is no positive or no negative.
    /// </summary>
    /// <param name="scores">One score per example; only their order matters.</param>
    /// <param name="isPositive">One label per example.</param>
    /// <exception cref="ArgumentException">The lengths differ or a score is NaN.</exception>
    public static double? Auroc(ReadOnlySpan<double> scores, ReadOnlySpan<bool> isPositive)
    {
        var (sorted, labels) = SortAscending(scores, isPositive);
        var positives = labels.LongCount(label => label);
        var negatives = labels.Length - positives;
        if (positives == 0 || negatives == 0)
        {
            return null;
        }

        var rankSum = 0.0;
        for (var first = 0; first < sorted.Length;)
        {
            var (end, positivesInTie) = EndOfTie(sorted, labels, first);
            // Ranks count from 1; all members of a tie get the mean of the tie's ranks.
            rankSum += positivesInTie * ((first + 1 + end) / 2.0);
            first = end;
        }

        return (rankSum - positives * (positives + 1) / 2.0) / ((double)positives * negatives);
    }

    /// <summary>
    /// Average precision, the step-wise area under the precision-recall curve: the sum over thresholds of (recall gained) x
    /// precision, without interpolation. Tied scores share one threshold. Null where there is no positive or no negative.
    /// </summary>
    /// <inheritdoc cref="Auroc" path="/param|/exception"/>
    public static double? AveragePrecision(ReadOnlySpan<double> scores, ReadOnlySpan<bool> isPositive)
    {
        var (sorted, labels) = SortAscending(scores, isPositive);
        var positives = labels.LongCount(label => label);
        if (positives == 0 || positives == labels.Length)
        {
            return null;
        }

        // From the lowest score upwards: everything from `first` on is what the threshold at that tie would call positive.
        var area = 0.0;
        var truePositives = positives;
        for (var first = 0; first < sorted.Length;)
        {
            var (end, positivesInTie) = EndOfTie(sorted, labels, first);
            var precision = truePositives / (double)(sorted.Length - first);
            area += precision * positivesInTie / positives;
            truePositives -= positivesInTie;
            first = end;
        }

        return area;
    }

    /// <summary>The mean over classes of a one-vs-rest metric; null as soon as it is undefined for one class.</summary>
    /// <param name="scores">Scores, row-major [examples, classes].</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="labels">Class index per example.</param>
    /// <param name="metric"><see cref="Auroc"/> or <see cref="AveragePrecision"/>.</param>
    /// <param name="skipUndefined">True takes the mean over the classes for which the metric is defined; null only if there is none.</param>
    /// <exception cref="ArgumentException">The lengths do not agree or a score is NaN.</exception>
    public static double? MacroOneVersusRest(ReadOnlySpan<double> scores, int classCount, ReadOnlySpan<int> labels, RankingMetric metric, bool skipUndefined = false)
    {
        if (scores.Length != (long)labels.Length * classCount)
        {
            throw new ArgumentException($"{scores.Length} scores do not fit {labels.Length} examples with {classCount} classes.", nameof(scores));
        }

        var column = new double[labels.Length];
        var isPositive = new bool[labels.Length];
        var sum = 0.0;
        var defined = 0;
        for (var c = 0; c < classCount; c++)
        {
            for (var i = 0; i < labels.Length; i++)
            {
                column[i] = scores[i * classCount + c];
                isPositive[i] = labels[i] == c;
            }

            if (metric(column, isPositive) is { } value)
            {
                sum += value;
                defined++;
            }
            else if (!skipUndefined)
            {
                return null;
            }
        }

        return defined > 0 ? sum / defined : null;
    }

    private static (double[] Scores, bool[] Labels) SortAscending(ReadOnlySpan<double> scores, ReadOnlySpan<bool> isPositive)
    {
        if (scores.Length != isPositive.Length)
        {
            throw new ArgumentException($"There are {scores.Length} scores and {isPositive.Length} labels.", nameof(scores));
        }

        foreach (var score in scores)
        {
            if (double.IsNaN(score))
            {
                throw new ArgumentException("A score is NaN and has no rank.", nameof(scores));
            }
        }

        var sorted = scores.ToArray();
        var labels = isPositive.ToArray();
        Array.Sort(sorted, labels);
        return (sorted, labels);
    }

    private static (int End, long Positives) EndOfTie(double[] sorted, bool[] labels, int first)
    {
        var end = first;
        var positives = 0L;
        while (end < sorted.Length && sorted[end] == sorted[first])
        {
            positives += labels[end] ? 1 : 0;
            end++;
        }

        return (end, positives);
    }
}

/// <summary>A metric of a ranking with two classes; null where it is undefined.</summary>
/// <param name="scores">One score per example.</param>
/// <param name="isPositive">One label per example.</param>
internal delegate double? RankingMetric(ReadOnlySpan<double> scores, ReadOnlySpan<bool> isPositive);
