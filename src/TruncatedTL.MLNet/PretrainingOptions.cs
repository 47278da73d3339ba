using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>How a backbone is pretrained, see <see cref="PretrainingCatalog.Pretrain"/>.</summary>
/// <remarks>
/// The defaults differ from those of a transfer: weights start at random, the learning rate falls along a cosine from 0.002, labels are smoothed
/// by 0.1, weights decay by 0.05, classes are not weighted (findings are, see <see cref="ClassWeighting.Balanced"/>), and all epochs are run.
/// </remarks>
public sealed class PretrainingOptions : NetworkTrainingOptions
{
    /// <summary>The terms on which the weights may be used, as text or an SPDX identifier; written into the file. Default none.</summary>
    public string? License;

    /// <summary>Where the images come from; written into the file, before a sentence on how it was trained. Name no patient and no path. Default none.</summary>
    public string? Source;

    /// <summary>Creates the options with their defaults.</summary>
    public PretrainingOptions()
    {
        Weights = PretrainedWeights.Random;
        Training = DefaultTraining();
    }

    /// <inheritdoc/>
    internal override TransferStrategy PlannedStrategy => Weights.IsPretrained ? TransferStrategy.Full() : TransferStrategy.FromScratch();

    private static TrainingOptions DefaultTraining() => new()
    {
        BatchSize = 64,
        LearningRate = 2e-3,
        Schedule = LearningRateSchedule.Cosine,
        WeightDecay = 0.05,
        LabelSmoothing = 0.1,
        ClassWeighting = ClassWeighting.None,
        ValidationFraction = 0.05,
        EarlyStopping = new EarlyStoppingOptions { Metric = ValidationMetric.Loss, Patience = 0 },
    };
}
