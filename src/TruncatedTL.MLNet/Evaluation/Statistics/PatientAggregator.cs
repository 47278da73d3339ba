namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Makes one row of each patient.</summary>
internal static class PatientAggregator
{
    /// <summary>One row per patient, in the order in which patients first appear; the rows themselves without aggregation.</summary>
    /// <exception cref="ArgumentException">
    /// There are no groups, noisy-or has no probabilities, or a patient has several labels out of more than two classes.
    /// </exception>
    public static EvaluationRows Aggregate(EvaluationRows rows, PatientAggregation aggregation)
    {
        if (aggregation == PatientAggregation.None)
        {
            return rows;
        }

        if (rows.Groups is not { } groups)
        {
            throw new ArgumentException("Patients can be aggregated only where a group (patient) is given for each row.", nameof(aggregation));
        }

        if (aggregation == PatientAggregation.NoisyOr && rows.Probabilities is null)
        {
            throw new ArgumentException($"Noisy-or needs probabilities, but {rows.NoProbabilitiesReason}.", nameof(aggregation));
        }

        var members = Enumerable.Range(0, rows.Count).GroupBy(i => groups[i], StringComparer.Ordinal).Select(group => group.ToArray()).ToArray();

        // With probabilities, ranks must come from what was aggregated, too: the mean of logits would be another rule.
        var scores = Combine(rows.Probabilities ?? rows.Scores, rows.ScoresPerRow, members, aggregation);
        if (rows is { IsBinary: false, Probabilities: not null })
        {
            Normalize(scores, rows.ClassCount);
        }

        return rows with
        {
            Labels = Array.ConvertAll(members, patient => LabelOf(rows, patient)),
            Scores = scores,
            Probabilities = rows.Probabilities is null ? null : scores,
            Decisions = null,
            Weights = rows.Weights is { } weights ? Array.ConvertAll(members, patient => patient.Average(i => weights[i])) : null,
            Groups = Array.ConvertAll(members, patient => groups[patient[0]]),
            Noun = "patient",
        };
    }

    private static double[] Combine(double[] values, int width, int[][] members, PatientAggregation aggregation)
    {
        var result = new double[members.Length * width];
        for (var p = 0; p < members.Length; p++)
        {
            for (var c = 0; c < width; c++)
            {
                var own = members[p].Select(i => values[i * width + c]);
                result[p * width + c] = aggregation switch
                {
                    PatientAggregation.Mean => own.Average(),
                    PatientAggregation.Maximum => own.Max(),
                    _ => 1 - own.Aggregate(1.0, (product, value) => product * (1 - value)),
                };
            }
        }

        return result;
    }

    private static void Normalize(double[] probabilities, int classes)
    {
        for (var start = 0; start < probabilities.Length; start += classes)
        {
            var row = probabilities.AsSpan(start, classes);
            var sum = 0.0;
            foreach (var value in row)
            {
                sum += value;
            }

            for (var c = 0; c < classes; c++)
            {
                row[c] /= sum;
            }
        }
    }

    private static int LabelOf(EvaluationRows rows, int[] patient)
    {
        if (rows.IsBinary)
        {
            return patient.Max(i => rows.Labels[i]);
        }

        var label = rows.Labels[patient[0]];
        return patient.FirstOrDefault(i => rows.Labels[i] != label, -1) is >= 0 and var other
            ? throw new ArgumentException(
                $"Patient '{rows.Groups![other]}' has rows of class '{rows.ClassNames[label]}' and of class '{rows.ClassNames[rows.Labels[other]]}'; the rows of a patient can be aggregated only where they have one class.",
                nameof(rows))
            : label;
    }
}
