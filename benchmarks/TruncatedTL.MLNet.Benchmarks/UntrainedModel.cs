using Microsoft.ML;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Models that have hardly been trained: how well one is trained does not change how long it takes.</summary>
internal static class UntrainedModel
{
    /// <summary>A yes-or-no model for 8-bit colour images after one step on four images.</summary>
    public static TransferLearningTransformer Fit(TransferStrategy strategy, string backbone, int size, bool halfPrecisionWeights = false)
    {
        var context = new MLContext(seed: 1);
        return context.BinaryClassification.Trainers.TransferLearning(context, new TransferLearningBinaryTrainer.Options
        {
            Strategy = strategy,
            Backbone = backbone,
            Weights = PretrainedWeights.Random,
            InputSize = [size, size],
            HalfPrecisionWeights = halfPrecisionWeights,
            Normalization = new PixelNormalization(255, [0.5], [0.25]),
            Training = new TrainingOptions { MaxEpochs = 1, ValidationFraction = 0, BatchSize = 4, Augmentation = null },
        }).Fit(RandomRows.View(context, 4, channels: 3, size));
    }

    /// <summary>The whole network with as many classes as its pretrained weights are published with; its zip is the same for images of any size.</summary>
    public static TransferLearningTransformer FitPublished(string backbone)
    {
        const int Classes = 1000;
        const int Size = 32;
        var context = new MLContext(seed: 1);
        return context.MulticlassClassification.Trainers.TransferLearning(context, new TransferLearningMulticlassTrainer.Options
        {
            Strategy = TransferStrategy.FromScratch(),
            Backbone = backbone,
            Weights = PretrainedWeights.Random,
            Normalization = new PixelNormalization(255, [0.5], [0.25]),
            Training = new TrainingOptions { MaxEpochs = 1, ValidationFraction = 0, BatchSize = 100, Augmentation = null },
        }).Fit(RandomRows.ViewOfClasses(context, Classes, channels: 3, Size));
    }
}
