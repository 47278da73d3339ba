using Microsoft.ML;
using Microsoft.ML.Transforms;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tool.Results;
using TruncatedTL.MLNet.Weights;

namespace CompareStrategies;

/// <summary>Sets the experiment up for the task at hand and runs it.</summary>
internal static class Comparison
{
    /// <summary>Searches for the cut and compares it with full transfer and the other strategies.</summary>
    public static Outcome Run(MLContext context, ImageTask task, Settings settings, IProgress<ExperimentProgress> progress, CancellationToken cancellation)
    {
        if (task.IsBinary)
        {
            var binary = Filled(new BinaryExperimentSettings(), task, settings, cancellation);
            Fill(binary.Trainer, settings);
            using var result = context.BinaryClassification.CreateTransferLearningExperiment(context, binary).Execute(task.Train, task.Validation, task.Test, progress);
            return Describe(result, metrics => metrics.AreaUnderRocCurve);
        }

        // Several classes need a key, with the same values in all three splits.
        var key = context.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(task.Train);
        var multiclass = Filled(new MulticlassExperimentSettings(), task, settings, cancellation);
        Fill(multiclass.Trainer, settings);
        using var several = context.MulticlassClassification.CreateTransferLearningExperiment(context, multiclass)
            .Execute(key.Transform(task.Train), key.Transform(task.Validation), key.Transform(task.Test), progress);
        return Describe(several, metrics => metrics.Macro.AreaUnderRocCurve);
    }

    private static TSettings Filled<TSettings>(TSettings experiment, ImageTask task, Settings settings, CancellationToken cancellation)
        where TSettings : TransferLearningExperimentSettings
    {
        experiment.Title = task.Name;
        experiment.Strategies = TransferStrategy.ForComparison(settings.Backbone);
        experiment.Search = SearchMethod.Parse(settings.Search);
        experiment.WorkingFolder = settings.Output;
        experiment.CancellationToken = cancellation;
        return experiment;
    }

    private static void Fill(TransferLearningOptions trainer, Settings settings)
    {
        trainer.Weights = settings.Weights is { } file ? PretrainedWeights.FromFile(file) : PretrainedWeights.Bundled;
        trainer.Backbone = settings.Backbone;
        trainer.InputSize = settings.Size is { } size ? [size, size] : null;
        trainer.Training.Seed = settings.Seed;
        trainer.Training.MaxEpochs = settings.Epochs ?? trainer.Training.MaxEpochs;
    }

    private static Outcome Describe<TMetrics>(TransferLearningExperimentResult<TMetrics> result, Func<TMetrics, MetricEstimate> auroc)
        where TMetrics : class =>
        new(
            [.. result.RunDetails.Select(run => CandidateRow.Of(run, run == result.BestRun, auroc))],
            result.Reason,
            result.ModelPath,
            result.ReportPath);
}
