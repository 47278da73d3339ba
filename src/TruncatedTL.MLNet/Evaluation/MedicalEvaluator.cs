using TruncatedTL.MLNet.Evaluation.Statistics;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// Figures of scored rows with confidence intervals, and comparisons of several models on the same rows. From ML.NET use
/// <c>EvaluateMedical</c> and <c>CompareMedical</c> on the catalogs; this class takes arrays.
/// </summary>
public static class MedicalEvaluator
{
    /// <summary>The figures of a yes-or-no question.</summary>
    /// <param name="examples">The scored rows, made by <see cref="ScoredExamples.Binary"/>.</param>
    /// <param name="options">What to measure and how; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The rows have a score per class, an option is out of its range, or patients cannot be aggregated.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static MedicalBinaryMetrics EvaluateBinary(ScoredExamples examples, MedicalEvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return examples.IsBinary
            ? new MedicalBinaryMetrics(new MetricEstimator(examples.Rows, options ?? new MedicalEvaluationOptions()))
            : throw new ArgumentException("The rows have a score per class; a yes-or-no question has one score.", nameof(examples));
    }

    /// <summary>The figures of a classification with two or more classes.</summary>
    /// <param name="examples">The scored rows, made by <see cref="ScoredExamples.Multiclass"/>.</param>
    /// <param name="options">What to measure and how; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The rows have one score, an option is out of its range, or patients cannot be aggregated.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static MedicalClassificationMetrics EvaluateMulticlass(ScoredExamples examples, MedicalEvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        options ??= new MedicalEvaluationOptions();
        return examples.IsBinary
            ? throw new ArgumentException("The rows have one score; a classification has a score per class.", nameof(examples))
            : new MedicalClassificationMetrics(new MetricEstimator(examples.Rows, options), options);
    }

    /// <summary>Compares models on the same rows: all pairs, or each against a reference.</summary>
    /// <param name="models">Names and scored rows, at least two; labels, patients and weights must be the same, in the same order.</param>
    /// <param name="options">What to compare and how; null takes the defaults.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer than two models or names are equal, rows are not the same, an option is out of its range, or a named class or model
    /// does not exist.
    /// </exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static MedicalComparison Compare(IReadOnlyList<(string Name, ScoredExamples Examples)> models, MedicalComparisonOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(models);
        return ModelComparer.Compare(models, options ?? new MedicalComparisonOptions());
    }
}
