using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class EpochMetricsTests
{
    private static readonly EpochMetrics Metrics = new()
    {
        Epoch = 3,
        MaxEpochs = 30,
        Phase = TrainingPhase.FineTune,
        LearningRate = 3e-4,
        TrainLoss = 0.412,
        TrainAccuracy = 0.821,
        IsBest = true,
        ElapsedSeconds = 12.2,
        ImagesPerSecond = 120.4,
    };

    [Fact]
    public void ToString_WithValidation() => Assert.Equal(
        "epoch 3/30: loss 0.4120, accuracy 0.821 | validation loss 0.4010, accuracy 0.830, AUROC 0.901, AUPRC undefined * | lr 3.0E-4, 120 images/s, 12 s",
        (Metrics with { ValidationLoss = 0.401, ValidationAccuracy = 0.83, ValidationAuroc = 0.901 }).ToString());

    [Fact]
    public void ToString_WithoutValidation() => Assert.Equal(
        "epoch 3/30 (probe): loss 0.4120, accuracy 0.821 | lr 3.0E-4, 120 images/s, 12 s",
        (Metrics with { Phase = TrainingPhase.Probe, IsBest = false }).ToString());
}
