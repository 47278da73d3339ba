using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Splitting;

namespace TruncatedTL.MLNet;

/// <summary>
/// Cross-validation as ML.NET's <c>CrossValidate</c>, with folds that are stratified by class and never share a patient.
/// </summary>
/// <remarks>
/// <para>
/// Any estimator whose outputs have the default names "Score" and "PredictedLabel" can be validated. A transfer learning trainer sets
/// part of its training rows aside to stop by: give its <see cref="NetworkTrainingOptions.GroupColumnName"/> too, so that this
/// part does not share patients with the rest either.
/// </para>
/// <para>
/// Report the mean over all folds. A single fold's metric, or the best fold's model, is not the result of a cross-validation.
/// </para>
/// </remarks>
public static class StratifiedCrossValidationExtensions
{
    /// <summary>Trains and evaluates a multiclass estimator once per fold.</summary>
    /// <param name="catalog"><c>mlContext.MulticlassClassification</c>.</param>
    /// <param name="data">The rows. They must read the same each time.</param>
    /// <param name="estimator">What to train.</param>
    /// <param name="numberOfFolds">Number of folds. Default: 5.</param>
    /// <param name="labelColumnName">Name of the label column of the data and of the estimator's output. Default: <c>Label</c>.</param>
    /// <param name="groupColumnName">Name of the column that says which rows belong together, the patient. Default: none.</param>
    /// <param name="seed">Seed of the folds. Default: 0.</param>
    /// <param name="repetitions">How often to divide all rows anew. Default: once.</param>
    /// <returns>One result per fold, repetition by repetition.</returns>
    /// <exception cref="ArgumentException">A number is out of range, or a column is missing or of another type.</exception>
    /// <exception cref="ImageDataException">A row has no label or no group.</exception>
    /// <exception cref="SplitException">There are too few groups, or a class cannot be in every fold.</exception>
    public static IReadOnlyList<StratifiedCrossValidationResult<MulticlassClassificationMetrics>> CrossValidateStratifiedGroups(
        this MulticlassClassificationCatalog catalog,
        IDataView data,
        IEstimator<ITransformer> estimator,
        int numberOfFolds = 5,
        string labelColumnName = "Label",
        string? groupColumnName = null,
        int seed = 0,
        int repetitions = 1)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var folds = DataFolds.Create(data, numberOfFolds, labelColumnName, groupColumnName, seed, repetitions, MissingClasses.Refuse);
        return Run(folds, estimator, scored => catalog.Evaluate(scored, labelColumnName));
    }

    /// <summary>Trains and evaluates a binary estimator with probabilities once per fold.</summary>
    /// <param name="catalog"><c>mlContext.BinaryClassification</c>.</param>
    /// <param name="data">The rows. They must read the same each time.</param>
    /// <param name="estimator">What to train.</param>
    /// <param name="numberOfFolds">Number of folds. Default: 5.</param>
    /// <param name="labelColumnName">Name of the label column of the data and of the estimator's output. Default: <c>Label</c>.</param>
    /// <param name="groupColumnName">Name of the column that says which rows belong together, the patient. Default: none.</param>
    /// <param name="seed">Seed of the folds. Default: 0.</param>
    /// <param name="repetitions">How often to divide all rows anew. Default: once.</param>
    /// <returns>One result per fold, repetition by repetition.</returns>
    /// <exception cref="ArgumentException">A number is out of range, or a column is missing or of another type.</exception>
    /// <exception cref="ImageDataException">A row has no label or no group.</exception>
    /// <exception cref="SplitException">There are too few groups, or a class cannot be in every fold.</exception>
    public static IReadOnlyList<StratifiedCrossValidationResult<CalibratedBinaryClassificationMetrics>> CrossValidateStratifiedGroups(
        this BinaryClassificationCatalog catalog,
        IDataView data,
        IEstimator<ITransformer> estimator,
        int numberOfFolds = 5,
        string labelColumnName = "Label",
        string? groupColumnName = null,
        int seed = 0,
        int repetitions = 1)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var folds = DataFolds.Create(data, numberOfFolds, labelColumnName, groupColumnName, seed, repetitions, MissingClasses.Refuse);
        return Run(folds, estimator, scored => catalog.Evaluate(scored, labelColumnName));
    }

    /// <summary>Trains and evaluates a binary estimator without probabilities once per fold.</summary>
    /// <param name="catalog"><c>mlContext.BinaryClassification</c>.</param>
    /// <param name="data">The rows. They must read the same each time.</param>
    /// <param name="estimator">What to train.</param>
    /// <param name="numberOfFolds">Number of folds. Default: 5.</param>
    /// <param name="labelColumnName">Name of the label column of the data and of the estimator's output. Default: <c>Label</c>.</param>
    /// <param name="groupColumnName">Name of the column that says which rows belong together, the patient. Default: none.</param>
    /// <param name="seed">Seed of the folds. Default: 0.</param>
    /// <param name="repetitions">How often to divide all rows anew. Default: once.</param>
    /// <returns>One result per fold, repetition by repetition.</returns>
    /// <exception cref="ArgumentException">A number is out of range, or a column is missing or of another type.</exception>
    /// <exception cref="ImageDataException">A row has no label or no group.</exception>
    /// <exception cref="SplitException">There are too few groups, or a class cannot be in every fold.</exception>
    public static IReadOnlyList<StratifiedCrossValidationResult<BinaryClassificationMetrics>> CrossValidateStratifiedGroupsNonCalibrated(
        this BinaryClassificationCatalog catalog,
        IDataView data,
        IEstimator<ITransformer> estimator,
        int numberOfFolds = 5,
        string labelColumnName = "Label",
        string? groupColumnName = null,
        int seed = 0,
        int repetitions = 1)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var folds = DataFolds.Create(data, numberOfFolds, labelColumnName, groupColumnName, seed, repetitions, MissingClasses.Refuse);
        return Run(folds, estimator, scored => catalog.EvaluateNonCalibrated(scored, labelColumnName));
    }

    private static List<StratifiedCrossValidationResult<TMetrics>> Run<TMetrics>(
        IReadOnlyList<DataFold> folds,
        IEstimator<ITransformer> estimator,
        Func<IDataView, TMetrics> evaluate)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        var results = new List<StratifiedCrossValidationResult<TMetrics>>();
        ITransformer? model = null;
        try
        {
            foreach (var fold in folds)
            {
                model = estimator.Fit(fold.TrainSet);
                var scored = model.Transform(fold.TestSet);
                results.Add(new(model, evaluate(scored), scored, fold.Fold, fold.Repetition));
                model = null;
            }

            return results;
        }
        catch
        {
            // The caller gets none of the models, so nobody else could free them.
            (model as IDisposable)?.Dispose();
            results.ForEach(result => result.Dispose());
            throw;
        }
    }
}
