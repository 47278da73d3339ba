using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>The stored rows of an experiment as its trainings need them: per backbone and per set.</summary>
/// <param name="folder">The experiment's folder.</param>
/// <param name="plan">Its plan.</param>
internal sealed class ExperimentData(ExperimentFolder folder, ExperimentPlan plan)
{
    /// <summary>Name of the training rows' files.</summary>
    public const string TrainingName = "training";

    /// <summary>Name of the validation rows' files, where there are any.</summary>
    public const string ValidationName = "validation";

    private readonly Dictionary<string, (StoredRows Training, StoredRows? Validation)> _opened = [];

    /// <summary>The rows that a training learns from and those that it is validated on.</summary>
    /// <exception cref="ExperimentException">They are missing or damaged.</exception>
    public (TrainingSet Training, TrainingSet Validation) Rows(PlannedLadder ladder, PlannedSet set)
    {
        var (training, validation) = Opened(ladder);
        return (
            set.TrainingRows is { } learnt ? training.Training.Subset(Known(learnt, training, set)) : training.Training,
            set.ValidationRows is { } held ? training.Training.Subset(Known(held, training, set)) : Given(validation).Training);
    }

    /// <summary>All training rows of a backbone.</summary>
    public TrainingSet AllRows(PlannedLadder ladder) => Opened(ladder).Training.Training;

    /// <summary>Labels and patients of all training rows.</summary>
    public (int[] Labels, string[]? Groups) TrainingLabels()
    {
        var (training, _) = Opened(plan.Ladders[0]);
        return (training.Training.Labels.ToArray(), training.Groups?.Select(group => FormattableString.Invariant($"{group}")).ToArray());
    }

    /// <summary>Labels and patients of the rows that a training is validated on.</summary>
    /// <exception cref="ExperimentException">They are missing or damaged.</exception>
    public (int[] Labels, string[]? Groups) ValidationLabels(PlannedSet set)
    {
        // Labels do not depend on the backbone.
        var (training, validation) = Opened(plan.Ladders[0]);
        var rows = set.ValidationRows is null ? Given(validation) : training;
        var positions = set.ValidationRows is { } held ? Known(held, rows, set) : [.. Enumerable.Range(0, rows.Training.Count)];
        var labels = rows.Training.Labels;
        var chosen = new int[positions.Length];
        for (var i = 0; i < chosen.Length; i++)
        {
            chosen[i] = labels[positions[i]];
        }

        return (chosen, rows.Groups is { } groups ? [.. positions.Select(position => FormattableString.Invariant($"{groups[position]}"))] : null);
    }

    private (StoredRows Training, StoredRows? Validation) Opened(PlannedLadder ladder)
    {
        if (!_opened.TryGetValue(ladder.DataFolder, out var rows))
        {
            var path = folder.DataPath(ladder.DataFolder);
            var training = StoredRows.Open(path, TrainingName) ?? throw new ExperimentException($"The images in '{path}' are missing.");
            rows = (training, StoredRows.Open(path, ValidationName));
            _opened.Add(ladder.DataFolder, rows);
        }

        return rows;
    }

    private static int[] Known(IReadOnlyList<int> positions, StoredRows rows, PlannedSet set) =>
        positions.Count > 0 && positions.All(position => position >= 0 && position < rows.Training.Count)
            ? [.. positions]
            : throw new ExperimentException($"The plan's set '{set.Name}' has no rows, or rows that the experiment's folder does not have.");

    private static StoredRows Given(StoredRows? validation) =>
        validation ?? throw new ExperimentException("The plan speaks of validation rows that the experiment's folder does not have.");
}
