using TruncatedTL.MLNet.Evaluation.Statistics;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// What a model said about rows whose class is known; the input of <see cref="MedicalEvaluator"/>. Values are copied and checked
/// when the object is made, and rows of weight 0 are left out, as if they were not there.
/// </summary>
public sealed class ScoredExamples
{
    private ScoredExamples(EvaluationRows rows) => Rows = rows;

    /// <summary>Number of rows, those of weight 0 not counted.</summary>
    public int Count => Rows.Count;

    /// <summary>Names of the classes, in their order; with two classes the second one is the positive one.</summary>
    public IReadOnlyList<string> ClassNames => Rows.ClassNames;

    /// <summary>Whether there is a positive and a negative class, rather than a score per class.</summary>
    public bool IsBinary => Rows.IsBinary;

    internal EvaluationRows Rows { get; }

    /// <summary>Rows of a yes-or-no question.</summary>
    /// <param name="labels">True for the positive class.</param>
    /// <param name="probabilities">
    /// Probability of the positive class, one per row; null where the model gives none: then <paramref name="scores"/> are needed, and
    /// log-loss, Brier score and calibration error are undefined.
    /// </param>
    /// <param name="scores">
    /// What rows are ranked by; null takes the probabilities. Logits rank better: confident probabilities round to 1 and become ties.
    /// </param>
    /// <param name="decisions">The model's own decisions, see <see cref="MedicalEvaluationOptions.Threshold"/>; null where there are none.</param>
    /// <param name="weights">How often a row counts, at least 0; null counts each once.</param>
    /// <param name="groups">Patient of each row; null where rows are independent.</param>
    /// <param name="negativeClassName">Name of the negative class. Default: <c>negative</c>.</param>
    /// <param name="positiveClassName">Name of the positive class. Default: <c>positive</c>.</param>
    /// <exception cref="ArgumentException">
    /// Lengths differ, neither probabilities nor scores are given, a number is not finite or out of its range, a patient has no name,
    /// or class names are empty or equal.
    /// </exception>
    public static ScoredExamples Binary(
        IReadOnlyList<bool> labels,
        IReadOnlyList<double>? probabilities,
        IReadOnlyList<double>? scores = null,
        IReadOnlyList<bool>? decisions = null,
        IReadOnlyList<double>? weights = null,
        IReadOnlyList<string>? groups = null,
        string negativeClassName = "negative",
        string positiveClassName = "positive")
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (probabilities is null && scores is null)
        {
            throw new ArgumentException("Either probabilities or scores are needed.", nameof(probabilities));
        }

        RowChecks.Length(probabilities, labels.Count, nameof(probabilities));
        RowChecks.Length(scores, labels.Count, nameof(scores));
        RowChecks.Length(decisions, labels.Count, nameof(decisions));
        RowChecks.Common(labels.Count, weights, groups, [negativeClassName, positiveClassName]);
        RowChecks.Finite(scores, 1, nameof(scores));
        RowChecks.Finite(probabilities, 1, nameof(probabilities));
        RowChecks.Probabilities(probabilities, nameof(probabilities));
        return new ScoredExamples(new EvaluationRows
        {
            IsBinary = true,
            ClassNames = [negativeClassName, positiveClassName],
            Labels = [.. labels.Select(label => label ? 1 : 0)],
            Scores = [.. scores ?? probabilities!],
            Probabilities = probabilities is null ? null : [.. probabilities],
            NoProbabilitiesReason = probabilities is null ? "the model gives scores but no probabilities" : null,
            Decisions = decisions is null ? null : [.. decisions.Select(decision => decision ? 1 : 0)],
            Weights = weights is null ? null : [.. weights],
            Groups = groups is null ? null : [.. groups],
        }.WithoutWeightlessRows());
    }

    /// <summary>Rows with one score per class, for two or more classes.</summary>
    /// <param name="labels">Class of each row, from 0.</param>
    /// <param name="scores">
    /// Scores, row-major [rows, classes]. Where they are not probabilities (between 0 and 1, with sum 1 in each row), log-loss, Brier score and
    /// calibration error are undefined.
    /// </param>
    /// <param name="classNames">Names of the classes, in the order of the scores.</param>
    /// <param name="weights">How often a row counts, at least 0; null counts each once.</param>
    /// <param name="groups">Patient of each row; null where rows are independent.</param>
    /// <exception cref="ArgumentException">
    /// Lengths differ, a label is out of range, a number is not finite or negative where it must not be, a patient has no name, there are
    /// fewer than two classes, or class names are empty or equal.
    /// </exception>
    public static ScoredExamples Multiclass(
        IReadOnlyList<int> labels,
        IReadOnlyList<double> scores,
        IReadOnlyList<string> classNames,
        IReadOnlyList<double>? weights = null,
        IReadOnlyList<string>? groups = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(classNames);
        var classes = classNames.Count;
        if (classes < 2)
        {
            throw new ArgumentException("There must be at least two classes.", nameof(classNames));
        }

        if (scores.Count != (long)labels.Count * classes)
        {
            throw new ArgumentException($"{scores.Count} scores do not fit {labels.Count} rows with {classes} classes.", nameof(scores));
        }

        RowChecks.Common(labels.Count, weights, groups, classNames);
        RowChecks.Finite(scores, classes, nameof(scores));
        RowChecks.Labels(labels, classes, nameof(labels));
        var values = scores.ToArray();
        var reason = RowChecks.WhyNoProbabilities(values, classes);
        return new ScoredExamples(new EvaluationRows
        {
            IsBinary = false,
            ClassNames = [.. classNames],
            Labels = [.. labels],
            Scores = values,
            Probabilities = reason is null ? values : null,
            NoProbabilitiesReason = reason,
            Weights = weights is null ? null : [.. weights],
            Groups = groups is null ? null : [.. groups],
        }.WithoutWeightlessRows());
    }
}
