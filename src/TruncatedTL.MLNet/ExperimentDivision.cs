using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Splitting;

namespace TruncatedTL.MLNet;

/// <summary>Divides an experiment's rows into what is learnt from and what validates: given rows, a share, folds, each as often as it is repeated.</summary>
internal static class ExperimentDivision
{
    /// <summary>The sets, each usable and without a patient on two sides.</summary>
    /// <param name="rows">The rows of any backbone; the division does not depend on it.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="firstSeed">Seed of the first repeat; each further one takes the next.</param>
    /// <exception cref="ExperimentException">There is nothing to validate on, or a set has rows of one class only.</exception>
    public static List<PlannedSet> Of(PreparedRows rows, TransferLearningExperimentSettings settings, int firstSeed)
    {
        var labels = rows.Training.Labels.ToArray();
        var sets = new List<PlannedSet>();
        for (var repeat = 0; repeat < settings.Repeats; repeat++)
        {
            var seed = firstSeed + repeat;
            var suffix = settings.Repeats > 1 ? FormattableString.Invariant($", repeat {repeat + 1}") : string.Empty;
            if (rows.Validation is not null)
            {
                sets.Add(new PlannedSet($"validation{suffix}", seed, null, null));
            }
            else if (settings.Folds > 1)
            {
                var partition = StratifiedGroups.Folds(labels, rows.Groups, settings.Folds, firstSeed, repeat, new SplitOptions { MissingClasses = MissingClasses.Report, ClassNames = rows.ClassNames });
                sets.AddRange(Enumerable.Range(0, settings.Folds).Select(fold => new PlannedSet(
                    FormattableString.Invariant($"fold {fold + 1}{suffix}"),
                    seed,
                    [.. Enumerable.Range(0, labels.Length).Where(row => partition.PartOfRow[row] != fold)],
                    partition.RowsOf(fold))));
            }
            else
            {
                var fraction = settings.TrainerOptions.Training.ValidationFraction;
                if (fraction == 0)
                {
                    throw new ExperimentException($"There is nothing to compare candidates on: give validation rows, {nameof(settings.Folds)}, or a {nameof(Training.TrainingOptions.ValidationFraction)} above 0.");
                }

                var partition = StratifiedGroups.Split(labels, rows.Groups, [1 - fraction, fraction], seed, new SplitOptions { MissingClasses = MissingClasses.Report, ClassNames = rows.ClassNames });
                sets.Add(new PlannedSet($"validation share{suffix}", seed, partition.RowsOf(0), partition.RowsOf(1)));
            }
        }

        foreach (var set in sets)
        {
            RequireUsable(rows, set, labels);
        }

        return sets;
    }

    // The leak check holds by construction; that it does is what people want to read in a report.
    private static void RequireUsable(PreparedRows rows, PlannedSet set, int[] labels)
    {
        var learnt = set.TrainingRows ?? [.. Enumerable.Range(0, labels.Length)];
        var held = set.ValidationRows?.Select(row => labels[row]).ToArray() ?? rows.Validation!.Labels.ToArray();
        if (learnt.Select(row => labels[row]).Distinct().Count() < 2 || held.Distinct().Count() < 2)
        {
            throw new ExperimentException($"The rows of '{set.Name}' have a single class to train or to validate on. There are too few rows or patients of a class for this division.");
        }

        if (rows.Groups is { } groups && set.ValidationRows is { } validation)
        {
            LeakCheck.RequireNoSharedGroups(
                ($"training rows of {set.Name}", [.. learnt.Select(row => groups[row])]),
                ($"validation rows of {set.Name}", [.. validation.Select(row => groups[row])]));
        }
    }
}
