using Microsoft.ML;
using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet;

/// <summary>
/// Medical evaluation of scored data on ML.NET's catalogs: <c>mlContext.MulticlassClassification.EvaluateMedical(scored)</c> and its
/// like. Every figure has a confidence interval, or a reason why it is undefined. ML.NET's own <c>Evaluate</c> stays as it is.
/// </summary>
/// <remarks>
/// Rows are never skipped: a missing label, a missing group or a score that is not a finite number is an error that names the row. Use
/// <c>mlContext.Data.FilterRowsByMissingValues</c> where rows shall be left out.
/// </remarks>
public static class MedicalEvaluationCatalog
{
    private const string DefaultLabelColumnName = "Label";
    private const string DefaultScoreColumnName = "Score";

    /// <summary>Figures with confidence intervals of a classification with two or more classes.</summary>
    /// <param name="catalog"><c>mlContext.MulticlassClassification</c>.</param>
    /// <param name="data">Scored data.</param>
    /// <param name="labelColumnName">
    /// Name of the label column, a key. Where its values and the slots of the scores have names, labels are matched by name, so that
    /// keys in another order than in training do no harm.
    /// </param>
    /// <param name="scoreColumnName">Name of the score column, a vector of <see cref="float"/> with one slot per class.</param>
    /// <param name="groupColumnName">
    /// Name of the column that says which patient a row belongs to: text, key or integer. Intervals then draw whole patients. Null takes
    /// rows as independent.
    /// </param>
    /// <param name="options">What to measure and how; null takes the defaults.</param>
    /// <param name="exampleWeightColumnName">Name of the column of weights, <see cref="float"/>; null counts each row once.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or an option is out of its range.</exception>
    /// <exception cref="ArgumentException">A row has no label, no group or no finite score, or patients cannot be aggregated.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static MedicalClassificationMetrics EvaluateMedical(
        this MulticlassClassificationCatalog catalog,
        IDataView data,
        string labelColumnName = DefaultLabelColumnName,
        string scoreColumnName = DefaultScoreColumnName,
        string? groupColumnName = null,
        MedicalEvaluationOptions? options = null,
        string? exampleWeightColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return MedicalEvaluator.EvaluateMulticlass(ScoredViewReader.ReadMulticlass(data, labelColumnName, scoreColumnName, groupColumnName, exampleWeightColumnName), options);
    }

    /// <summary>Figures with confidence intervals of a yes-or-no question.</summary>
    /// <param name="catalog"><c>mlContext.BinaryClassification</c>.</param>
    /// <param name="data">Scored data.</param>
    /// <param name="labelColumnName">Name of the label column, Boolean.</param>
    /// <param name="scoreColumnName">Name of the score column, <see cref="float"/>: what rows are ranked by.</param>
    /// <param name="groupColumnName">
    /// Name of the column that says which patient a row belongs to: text, key or integer. Intervals then draw whole patients. Null takes
    /// rows as independent.
    /// </param>
    /// <param name="options">What to measure and how; null takes the defaults.</param>
    /// <param name="exampleWeightColumnName">Name of the column of weights, <see cref="float"/>; null counts each row once.</param>
    /// <param name="probabilityColumnName">
    /// Name of the column with the probability of the positive class, <see cref="float"/>. Without it log-loss, Brier score and calibration error
    /// are undefined.
    /// </param>
    /// <param name="predictedLabelColumnName">
    /// Name of the column with the model's decision, Boolean; it counts where the options set no threshold.
    /// </param>
    /// <param name="classNames">Names of the negative and the positive class. Default: those that the label column says, as that of this library's loaders does; else <c>False</c> and <c>True</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or an option is out of its range.</exception>
    /// <exception cref="ArgumentException">A row has no group or no finite score, class names are not two, or patients cannot be aggregated.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static MedicalBinaryMetrics EvaluateMedical(
        this BinaryClassificationCatalog catalog,
        IDataView data,
        string labelColumnName = DefaultLabelColumnName,
        string scoreColumnName = DefaultScoreColumnName,
        string? groupColumnName = null,
        MedicalEvaluationOptions? options = null,
        string? exampleWeightColumnName = null,
        string probabilityColumnName = ScoredViewReader.DefaultProbabilityColumnName,
        string predictedLabelColumnName = ScoredViewReader.DefaultPredictedLabelColumnName,
        IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return MedicalEvaluator.EvaluateBinary(
            ScoredViewReader.ReadBinary(data, labelColumnName, scoreColumnName, groupColumnName, exampleWeightColumnName, probabilityColumnName, predictedLabelColumnName, classNames),
            options);
    }

    /// <summary>Compares classifications of the same rows in the same order.</summary>
    /// <param name="catalog"><c>mlContext.MulticlassClassification</c>.</param>
    /// <param name="models">Name and scored data of each model, at least two.</param>
    /// <param name="labelColumnName">Name of the label column, a key.</param>
    /// <param name="scoreColumnName">Name of the score column, a vector of <see cref="float"/> with one slot per class.</param>
    /// <param name="groupColumnName">Name of the column that says which patient a row belongs to; null takes rows as independent.</param>
    /// <param name="options">What to compare and how; null compares all pairs in the mean area under the ROC curve.</param>
    /// <param name="exampleWeightColumnName">Name of the column of weights, <see cref="float"/>; null counts each row once.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or an option is out of its range.</exception>
    /// <exception cref="ArgumentException">
    /// There are fewer than two models or names are equal, rows are not the same, a row has no label, no group or no finite score, or a named
    /// class or model does not exist.
    /// </exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static MedicalComparison CompareMedical(
        this MulticlassClassificationCatalog catalog,
        IReadOnlyList<(string Name, IDataView Data)> models,
        string labelColumnName = DefaultLabelColumnName,
        string scoreColumnName = DefaultScoreColumnName,
        string? groupColumnName = null,
        MedicalComparisonOptions? options = null,
        string? exampleWeightColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(models);
        return MedicalEvaluator.Compare(
            [.. models.Select(model => (model.Name, ScoredViewReader.ReadMulticlass(model.Data, labelColumnName, scoreColumnName, groupColumnName, exampleWeightColumnName)))],
            options);
    }

    /// <summary>Compares answers to a yes-or-no question on the same rows in the same order.</summary>
    /// <param name="catalog"><c>mlContext.BinaryClassification</c>.</param>
    /// <param name="models">Name and scored data of each model, at least two.</param>
    /// <param name="labelColumnName">Name of the label column, Boolean.</param>
    /// <param name="scoreColumnName">Name of the score column, <see cref="float"/>: what rows are ranked by.</param>
    /// <param name="groupColumnName">Name of the column that says which patient a row belongs to; null takes rows as independent.</param>
    /// <param name="options">What to compare and how; null compares all pairs in the area under the ROC curve.</param>
    /// <param name="exampleWeightColumnName">Name of the column of weights, <see cref="float"/>; null counts each row once.</param>
    /// <param name="probabilityColumnName">Name of the column with the probability of the positive class, <see cref="float"/>.</param>
    /// <param name="predictedLabelColumnName">Name of the column with the model's decision, Boolean.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or an option is out of its range.</exception>
    /// <exception cref="ArgumentException">
    /// There are fewer than two models or names are equal, rows are not the same, a row has no group or no finite score, or a named model
    /// does not exist.
    /// </exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public static MedicalComparison CompareMedical(
        this BinaryClassificationCatalog catalog,
        IReadOnlyList<(string Name, IDataView Data)> models,
        string labelColumnName = DefaultLabelColumnName,
        string scoreColumnName = DefaultScoreColumnName,
        string? groupColumnName = null,
        MedicalComparisonOptions? options = null,
        string? exampleWeightColumnName = null,
        string probabilityColumnName = ScoredViewReader.DefaultProbabilityColumnName,
        string predictedLabelColumnName = ScoredViewReader.DefaultPredictedLabelColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(models);
        return MedicalEvaluator.Compare(
            [.. models.Select(model => (model.Name, ScoredViewReader.ReadBinary(model.Data, labelColumnName, scoreColumnName, groupColumnName, exampleWeightColumnName, probabilityColumnName, predictedLabelColumnName, classNames: null)))],
            options);
    }
}
