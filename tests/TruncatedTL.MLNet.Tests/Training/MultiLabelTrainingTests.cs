using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

/// <summary>Images with a yes or no for each of several findings, of which some may be unknown.</summary>
[Collection(TorchCollection.Name)]
public class MultiLabelTrainingTests
{
    private static readonly string[] Findings = ["across", "along", "nobody knows"];

    [Fact]
    public void Loss_is_binary_cross_entropy_over_the_known_labels()
    {
        var set = Set([1, 0, -1, 0, -1, 1]);
        var encoder = new TargetEncoder([1, 1, 1, 1, 1, 1], labelSmoothing: 0.2);
        float[] logits = [0.3f, -1.2f, 5f, 2f, 7f, -0.4f];
        var loss = new ClassificationLoss(LossFunction.CrossEntropy, focalGamma: 0);

        static double Bce(double z, double target) => (-target * Math.Log(1 / (1 + Math.Exp(-z)))) - ((1 - target) * Math.Log(1 / (1 + Math.Exp(z))));
        var expected = (Bce(0.3, 0.9) + Bce(-1.2, 0.1) + Bce(2, 0.1) + Bce(-0.4, 0.9)) / 4;
        Assert.Equal(expected, loss.Mean(logits, 3, set, encoder), 6);
    }

    [Fact]
    public void A_binary_task_is_one_finding()
    {
        var loss = new ClassificationLoss(LossFunction.Focal, focalGamma: 2);
        var store = Store(2);
        float[] logits = [0.7f, -0.2f];
        var single = loss.Mean(logits, 1, new TrainingSet(store, [1, 0], ["no", "yes"]), new TargetEncoder([2, 3], 0.1));
        var multi = loss.Mean(logits, 1, TrainingSet.MultiLabel(store, [1, 0], ["yes"]), new TargetEncoder([2, 3], 0.1));
        Assert.Equal(single, multi, 12);
    }

    [Fact]
    public void Balanced_weights_balance_each_finding_by_itself()
    {
        // Three without and one with the first finding, one and one of the second.
        var weights = ClassWeights.Compute(new TrainingOptions { ClassWeighting = ClassWeighting.Balanced }, [3, 1, 1, 1], isMultiLabel: true);
        Assert.Equal([4 / 6f, 1f, 2f, 1f], weights);
    }

    [Fact]
    public void Unknown_labels_do_not_move_a_network()
    {
        using var network = TrainingSamples.SmallNetwork(outputs: 3);
        var before = network.Snapshot()[network.Specification.HeadWeightName].ToSingle();
        var set = Stripes(32, seed: 1);
        var options = TrainingSamples.Options(epochs: 1);
        options.WeightDecay = 0;
        options.EarlyStopping.Metric = ValidationMetric.Loss;
        FineTuner.Fit(network, set, null, TrainingSamples.Normalization, options);
        var after = network.Snapshot()[network.Specification.HeadWeightName].ToSingle();
        var features = before.Length / 3;
        Assert.NotEqual(before[..features], after[..features]);
        Assert.Equal(before[(2 * features)..], after[(2 * features)..]);
    }

    [Fact]
    public void Training_learns_what_is_known()
    {
        using var network = TrainingSamples.SmallNetwork(outputs: 3);
        var result = FineTuner.Fit(network, Stripes(96, seed: 1), Stripes(48, seed: 2), TrainingSamples.Normalization, TrainingSamples.Options(epochs: 5));
        Assert.True(result.BestMetric > 0.97, result.ToString());
        Assert.True(result.History[^1].ValidationAccuracy > 0.9, result.ToString());
        Assert.True(result.Best.TrainAccuracy is > 0.5 and <= 1, result.ToString());
    }

    [Fact]
    public void A_subset_takes_its_labels_along()
    {
        var set = Set([1, 0, -1, 0, -1, 1]).Subset([1]);
        Assert.Equal([0, -1, 1], set.LabelsOf(0).ToArray());
        Assert.Equal((1, 3, true), (set.Count, set.LabelsPerImage, set.IsMultiLabel));
    }

    [Fact]
    public void Unusable_labels_are_refused()
    {
        Assert.Contains("along", Assert.Throws<TrainingDataException>(() => Set([1, 2, 0, 0, 0, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("None of the 3 findings", Assert.Throws<TrainingDataException>(() => Set([1, 0, -1, 1, 0, 1]).RequireTwoClasses()).Message, StringComparison.Ordinal);
        Assert.Throws<TrainingDataException>(() => TrainingSet.MultiLabel(Store(2), [1, 0, 0], Findings));
        using var network = TrainingSamples.SmallNetwork(outputs: 3);
        var options = TrainingSamples.Options(epochs: 1);
        options.BalancedSampling = true;
        Assert.Contains("BalancedSampling", Assert.Throws<ArgumentException>(() => FineTuner.Fit(network, Stripes(8, 1), null, TrainingSamples.Normalization, options)).Message, StringComparison.Ordinal);
    }

    // Stripes across or along; each image tells of one finding for certain, of the other only every second image.
    private static TrainingSet Stripes(int count, int seed)
    {
        var single = TrainingSamples.Stripes(count, 2, seed);
        var labels = Enumerable.Range(0, count).SelectMany(i =>
        {
            var isAlong = single.Labels[i] == 1;
            return new[] { isAlong ? 0 : 1, i % 4 < 2 ? (isAlong ? 1 : 0) : -1, -1 };
        });
        return TrainingSet.MultiLabel(single.Images, [.. labels], Findings);
    }

    private static TrainingSet Set(int[] labels) => TrainingSet.MultiLabel(Store(labels.Length / 3), labels, Findings);

    private static ImageStore Store(int count)
    {
        var store = new ImageStore(1, 2, 2);
        for (var i = 0; i < count; i++)
        {
            store.Append([1f, 2f, 3f, 4f]);
        }

        return store;
    }
}
