using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class FineTunerInputTests
{
    [Fact]
    public void OneClassOnly_IsRefused() => AssertRefused<TrainingDataException>("'class1'", TrainingSamples.Stripes(4, classOf: _ => 1), null);

    [Fact]
    public void ValidationWithoutAClass_IsRefusedForARankingMetric()
    {
        var validation = TrainingSamples.Stripes(4, classOf: _ => 0);

        AssertRefused<TrainingDataException>("Auroc is undefined on the validation data: all 4 images are of one class", TrainingSamples.Stripes(4), validation);
        var options = TrainingSamples.Options(epochs: 1);
        options.EarlyStopping.Metric = ValidationMetric.Loss;
        using var network = TrainingSamples.SmallNetwork();
        var result = FineTunerLearningTests.Fit(network, TrainingSamples.Stripes(4), validation, options);
        Assert.Null(result.Best.ValidationAuroc);
        Assert.Null(result.Best.ValidationAuprc);
        Assert.NotNull(result.Best.ValidationLoss);
    }

    [Fact]
    public void NumberOfClassesThatDoesNotFit_IsRefused()
    {
        AssertRefused<ArgumentException>("training data have 3 classes; a network with 2 output(s) tells 2 apart", TrainingSamples.Stripes(6, classCount: 3), null);
        AssertRefused<ArgumentException>("validation data have 3 classes", TrainingSamples.Stripes(6), TrainingSamples.Stripes(6, classCount: 3));
    }

    [Fact]
    public void ImagesOfAnotherShape_AreRefused()
    {
        var images = new ImageStore(3, 32, 32);
        images.Append(new byte[3 * 1024]);
        images.Append(new byte[3 * 1024]);

        AssertRefused<ArgumentException>("[3, 32, 32]; the network reads [1, 32, 32]", new TrainingSet(images, [0, 1], ["a", "b"]), null);
    }

    [Fact]
    public void ClassWeightsThatDoNotFit_AreRefused()
    {
        var options = TrainingSamples.Options(epochs: 1);
        options.ClassWeighting = ClassWeighting.Explicit;
        options.ClassWeights = [1, 2, 3];

        AssertRefused<ArgumentException>("ClassWeights has 3 values; there are 2 classes", TrainingSamples.Stripes(4), null, options);
    }

    [Fact]
    public void OptionsOutOfRange_AreRefused() =>
        AssertRefused<ArgumentOutOfRangeException>("LearningRate", TrainingSamples.Stripes(4), null, TrainingSamples.Options(1, learningRate: -1));

    [Fact]
    public void TwoImages_AreEnough()
    {
        using var network = TrainingSamples.SmallNetwork();

        Assert.Equal(2, FineTunerLearningTests.Fit(network, TrainingSamples.Stripes(2), null, TrainingSamples.Options(epochs: 2)).History.Count);
    }

    [Fact]
    public void OptionsAreNotChanged_AndLaterChangesHaveNoEffect()
    {
        using var network = TrainingSamples.SmallNetwork();
        var options = TrainingSamples.Options(epochs: 2);

        var result = FineTunerLearningTests.Fit(
            network,
            TrainingSamples.Stripes(8),
            null,
            options,
            new TrainingCallbacks { EpochCompleted = _ => options.MaxEpochs = 1 });

        Assert.Equal(2, result.History.Count);
    }

    private static void AssertRefused<TException>(string message, TrainingSet train, TrainingSet? validation, TrainingOptions? options = null)
        where TException : Exception
    {
        using var network = TrainingSamples.SmallNetwork();
        var before = TrainingSamples.Bytes(network);

        var error = Assert.Throws<TException>(() => FineTunerLearningTests.Fit(network, train, validation, options ?? TrainingSamples.Options(epochs: 1)));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, TrainingSamples.Bytes(network));
    }
}
