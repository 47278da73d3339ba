using Microsoft.ML;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>Options that train in a second or two.</summary>
internal static class Trainers
{
    public static TransferLearningMulticlassTrainer Multiclass(MLContext context, Action<TransferLearningMulticlassTrainer.Options>? change = null)
    {
        var options = Fast(new TransferLearningMulticlassTrainer.Options());
        change?.Invoke(options);
        return context.MulticlassClassification.Trainers.TransferLearning(context, options);
    }

    public static TransferLearningBinaryTrainer Binary(MLContext context, Action<TransferLearningBinaryTrainer.Options>? change = null)
    {
        var options = Fast(new TransferLearningBinaryTrainer.Options { LabelColumnName = "Positive" });
        change?.Invoke(options);
        return context.BinaryClassification.Trainers.TransferLearning(context, options);
    }

    private static TOptions Fast<TOptions>(TOptions options)
        where TOptions : TransferLearningOptions
    {
        options.Strategy = TransferStrategy.FromScratch("layer1.0");
        options.Weights = PretrainedWeights.Random;
        options.Training = new TrainingOptions { MaxEpochs = 4, BatchSize = 16, LearningRate = 3e-3, Augmentation = null, ValidationFraction = 0.25 };
        return options;
    }
}
