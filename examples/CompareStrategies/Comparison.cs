using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace CompareStrategies;

/// <summary>Trains and evaluates one strategy after the other, all with the same recipe, seed and data.</summary>
internal sealed class Comparison(ImageTask task, Settings settings, PretrainedWeights weights)
{
    /// <summary>The strategies: partial ones at one cut in the middle of the network, or where the user says.</summary>
    public IReadOnlyList<TransferStrategy> Strategies
    {
        get
        {
            var cut = settings.Cut ?? MiddleCut(Backbone.Create(settings.Backbone));
            return
            [
                TransferStrategy.Full(),
                TransferStrategy.LinearProbe(),
                TransferStrategy.LayerWise(cut),
                TransferStrategy.TransFusion(cut),
                TransferStrategy.Truncated(cut),
                TransferStrategy.FromScratch(),
            ];
        }
    }

    /// <summary>Runs one strategy.</summary>
    public Trial Run(TransferStrategy strategy, IProgress<EpochMetrics> progress)
    {
        var context = new MLContext(settings.Seed);
        var watch = Stopwatch.StartNew();
        var pipeline = Pipeline(context, strategy, progress);
        var model = pipeline.Fit(task.Train);
        using var cleanUp = (IDisposable)model;
        var trainingSeconds = watch.Elapsed.TotalSeconds;
        var fitted = model.LastTransformer;

        Directory.CreateDirectory(settings.Output);
        var path = Path.Combine(settings.Output, $"{strategy.Kind}.zip");
        context.Model.Save(model, task.Train.Schema, path);

        var (validationScore, _) = Evaluate(context, model.Transform(task.Validation));
        var scoredTest = model.Transform(task.Test);
        var (testScore, testAccuracy) = Evaluate(context, scoredTest);
        return new Trial(
            strategy.ToString(),
            validationScore,
            testScore,
            testAccuracy,
            fitted.ParameterCount,
            fitted.MacCount,
            new FileInfo(path).Length,
            MillisecondsPerImage(scoredTest),
            fitted.Training.BestEpoch,
            trainingSeconds,
            path);
    }

    // The middle of the network: the last unit of the last stage but one, e.g. layer3.1 in a ResNet-18.
    private static string MiddleCut(Backbone backbone)
    {
        var stages = backbone.Cuts.Select(cut => cut.Stage).Distinct().ToArray();
        return backbone.Cuts.Last(cut => cut.Stage == stages[^2]).Name;
    }

    private EstimatorChain<TransferLearningTransformer> Pipeline(MLContext context, TransferStrategy strategy, IProgress<EpochMetrics> progress)
    {
        if (task.IsBinary)
        {
            return new EstimatorChain<ITransformer>().Append(context.BinaryClassification.Trainers.TransferLearning(
                context, Filled(new TransferLearningBinaryTrainer.Options(), task.Validation, strategy, progress)));
        }

        var key = context.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue);
        var validation = key.Fit(task.Train).Transform(task.Validation);
        return key
            .Append(context.MulticlassClassification.Trainers.TransferLearning(
                context, Filled(new TransferLearningMulticlassTrainer.Options(), validation, strategy, progress)));
    }

    private TOptions Filled<TOptions>(TOptions options, IDataView validation, TransferStrategy strategy, IProgress<EpochMetrics> progress)
        where TOptions : TransferLearningOptions
    {
        options.Strategy = strategy;

        // The control from scratch does not take them over, but looks at its images as the others do.
        options.Weights = weights;
        options.Backbone = settings.Backbone;
        options.InputSize = settings.Size is { } size ? [size, size] : null;
        options.ValidationSet = validation;
        options.Progress = progress;
        if (settings.Epochs is { } epochs)
        {
            options.Training.MaxEpochs = epochs;
        }

        return options;
    }

    // ML.NET's own evaluation. It has no area under the curve for several classes: there the share of rows is shown whose true class scores highest.
    private (double Ranking, double Accuracy) Evaluate(MLContext context, IDataView scored)
    {
        if (task.IsBinary)
        {
            var binary = context.BinaryClassification.Evaluate(scored);
            return (binary.AreaUnderRocCurve, binary.Accuracy);
        }

        var multiclass = context.MulticlassClassification.Evaluate(scored);
        return (multiclass.MacroAccuracy, multiclass.MicroAccuracy);
    }

    private static double MillisecondsPerImage(IDataView scored)
    {
        var column = scored.Schema["PredictedLabel"];
        var rows = 0;
        double Pass()
        {
            rows = 0;
            var watch = Stopwatch.StartNew();
            using var cursor = scored.GetRowCursor([column]);
            Action read = column.Type is BooleanDataViewType ? Reader<bool>(cursor, column) : Reader<uint>(cursor, column);
            while (cursor.MoveNext())
            {
                read();
                rows++;
            }

            return watch.Elapsed.TotalMilliseconds;
        }

        return Math.Min(Pass(), Pass()) / rows;
    }

    private static Action Reader<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        T value = default!;
        return () => getter(ref value);
    }
}
