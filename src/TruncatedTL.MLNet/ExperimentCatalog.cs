using Microsoft.ML;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Scoring;

namespace TruncatedTL.MLNet;

/// <summary>
/// Experiments on ML.NET's catalogs: <c>mlContext.BinaryClassification.CreateTransferLearningExperiment(mlContext, settings)</c>. A catalog does not give its context to packages outside ML.NET, so each
/// method takes the <see cref="MLContext"/> once more.
/// </summary>
public static class ExperimentCatalog
{
    /// <summary>An experiment on a yes-or-no question about images.</summary>
    /// <param name="catalog">The binary catalog of <paramref name="mlContext"/>.</param>
    /// <param name="mlContext">The context that logs, seeds and saves.</param>
    /// <param name="settings">What is compared, by what is chosen and what may be spent; null takes the defaults.</param>
    /// <example>
    /// <code>
    /// var experiment = mlContext.BinaryClassification.CreateTransferLearningExperiment(mlContext, new BinaryExperimentSettings { WorkingFolder = "experiment" });
    /// using var result = experiment.Execute(train, validation, test);
    /// Console.WriteLine(result.Reason);
    /// </code>
    /// </example>
    /// <exception cref="ArgumentException">A setting is out of range or contradicts another.</exception>
    public static TransferLearningExperiment<MedicalBinaryMetrics> CreateTransferLearningExperiment(
        this BinaryClassificationCatalog catalog, MLContext mlContext, BinaryExperimentSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(mlContext);
        return new(mlContext, settings ?? new BinaryExperimentSettings(), new ExperimentTask<MedicalBinaryMetrics>(
            (context, options) => new BinaryTask(context, options.ScoreColumnName, options.PredictedLabelColumnName, ((TransferLearningBinaryTrainer.Options)options).ProbabilityColumnName),
            examples => MedicalEvaluator.EvaluateBinary(examples)));
    }

    /// <summary>An experiment on images of two or more classes.</summary>
    /// <param name="catalog">The multiclass catalog of <paramref name="mlContext"/>.</param>
    /// <param name="mlContext">The context that logs, seeds and saves.</param>
    /// <param name="settings">What is compared, by what is chosen and what may be spent; null takes the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of range or contradicts another.</exception>
    public static TransferLearningExperiment<MedicalClassificationMetrics> CreateTransferLearningExperiment(
        this MulticlassClassificationCatalog catalog, MLContext mlContext, MulticlassExperimentSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(mlContext);
        return new(mlContext, settings ?? new MulticlassExperimentSettings(), new ExperimentTask<MedicalClassificationMetrics>(
            (context, options) => new MulticlassTask(context, options.ScoreColumnName, options.PredictedLabelColumnName),
            examples => MedicalEvaluator.EvaluateMulticlass(examples)));
    }
}
