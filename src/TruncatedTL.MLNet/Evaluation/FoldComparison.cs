using TruncatedTL.MLNet.Evaluation.Statistics;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// Compares models by a figure that was measured on the same folds or repeated splits, with Nadeau and Bengio's corrected resampled t-test
/// (Machine Learning 52:239, 2003). The folds share training rows, so that the plain t-test finds differences which are not there.
/// </summary>
public static class FoldComparison
{
    /// <summary>Compares all pairs of models, or each with a reference; p values are corrected together after Holm.</summary>
    /// <param name="models">Name and one value per fold, in the same order of folds; null where the figure was undefined.</param>
    /// <param name="trainingRows">Training rows of a fold.</param>
    /// <param name="testRows">Test rows of a fold, for instance a quarter of the training rows in five-fold cross-validation.</param>
    /// <param name="metric">Name of the figure. Default: <c>AUROC</c>.</param>
    /// <param name="isLowerBetter">True for a loss. Default: false.</param>
    /// <param name="confidenceLevel">Level of intervals and verdicts. Default: 0.95.</param>
    /// <param name="reference">Name of the model that the others are compared with; null compares every pair.</param>
    /// <returns>The comparisons; each difference notes which one these folds could have found.</returns>
    /// <exception cref="ArgumentException">
    /// There are fewer than two models or folds, numbers of folds differ, a value is not finite, names are empty or equal, there is no such
    /// reference, or a number is out of its range.
    /// </exception>
    public static MedicalComparison Compare(
        IReadOnlyList<(string Name, IReadOnlyList<double?> FoldValues)> models,
        int trainingRows,
        int testRows,
        string metric = "AUROC",
        bool isLowerBetter = false,
        double confidenceLevel = 0.95,
        string? reference = null)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentException.ThrowIfNullOrWhiteSpace(metric);
        ArgumentOutOfRangeException.ThrowIfLessThan(trainingRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(testRows, 1);
        if (confidenceLevel is not (> 0.5 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidenceLevel), confidenceLevel, "The level must lie between 0.5 and 1.");
        }

        var pairs = ModelComparer.Pairs([.. models.Select(model => model.Name)], reference);
        CheckFolds(models);
        var comparisons = pairs.Select(pair => Compare(models[pair.First], models[pair.Second], testRows / (double)trainingRows, metric, confidenceLevel)).ToArray();
        return ComparisonTest.Conclude(comparisons, [.. pairs.Select(_ => isLowerBetter)], confidenceLevel);
    }

    private static MetricComparison Compare(
        (string Name, IReadOnlyList<double?> FoldValues) first,
        (string Name, IReadOnlyList<double?> FoldValues) second,
        double testShare,
        string metric,
        double confidenceLevel)
    {
        var (ofFirst, ofSecond) = (MeanOf(first), MeanOf(second));
        var test = (ofFirst.UndefinedReason ?? ofSecond.UndefinedReason) is { } reason
            ? new PairTest(new(null, UndefinedReason: reason), null)
            : ComparisonTest.CorrectedT([.. first.FoldValues.Zip(second.FoldValues, (one, other) => one!.Value - other!.Value)], testShare, confidenceLevel);
        return new MetricComparison(metric, first.Name, second.Name, ofFirst, ofSecond, test.Difference, test.PValue, AdjustedPValue: null, ComparisonVerdict.Undefined);
    }

    private static MetricEstimate MeanOf((string Name, IReadOnlyList<double?> FoldValues) model)
    {
        for (var fold = 0; fold < model.FoldValues.Count; fold++)
        {
            if (model.FoldValues[fold] is null)
            {
                return new MetricEstimate(null, UndefinedReason: $"undefined for '{model.Name}' in fold {fold}");
            }
        }

        return new MetricEstimate(model.FoldValues.Average());
    }

    private static void CheckFolds(IReadOnlyList<(string Name, IReadOnlyList<double?> FoldValues)> models)
    {
        foreach (var (name, values) in models)
        {
            ArgumentNullException.ThrowIfNull(values, nameof(models));
            if (values.Count < 2 || values.Count != models[0].FoldValues.Count)
            {
                throw new ArgumentException($"'{models[0].Name}' has {models[0].FoldValues.Count} folds and '{name}' {values.Count}; there must be the same number, at least two.", nameof(models));
            }

            if (values.Any(value => value is { } number && !double.IsFinite(number)))
            {
                throw new ArgumentException($"A value of '{name}' is not a finite number; null marks a figure that is undefined in a fold.", nameof(models));
            }
        }
    }
}
