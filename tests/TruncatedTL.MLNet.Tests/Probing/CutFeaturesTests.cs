using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Probing;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Training;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Probing;

[Collection(TorchCollection.Name)]
public class CutFeaturesTests
{
    [Fact]
    public void Features_at_every_cut_are_those_of_a_network_that_ends_there()
    {
        using var network = TrainingSamples.Network(TransferStrategy.Full());
        var train = TrainingSamples.Stripes(7);
        var validation = TrainingSamples.Stripes(5, seed: 2);

        var cuts = CutFeatures.Compute(network, train, validation, TrainingSamples.Normalization, new ProbingOptions { BatchSize = 3 });

        Assert.Equal(network.Specification.Plan.Backbone.Cuts.Select(cut => (cut.Index, cut.Name)), cuts.Select(cut => (cut.Index, cut.Name)));
        Assert.All(cuts, cut => Assert.Equal((7, 5), (cut.Training.Rows, cut.Validation!.Rows)));
        foreach (var name in new[] { "stem", "layer2.1", "layer4.1" })
        {
            using var ending = TrainingSamples.Network(TransferStrategy.Truncated(name));
            ending.Load(network.Snapshot().Where(pair => ending.State.ContainsKey(pair.Key) && !pair.Key.StartsWith("fc.", StringComparison.Ordinal)));
            var found = cuts.Single(cut => cut.Name == name);
            AssertEqual(FeatureExtractor.Pooled(ending, train.Images, train.Rows, TrainingSamples.Normalization, 4), found.Training.Values);
            AssertEqual(FeatureExtractor.Pooled(ending, validation.Images, validation.Rows, TrainingSamples.Normalization, 4), found.Validation!.Values);
        }
    }

    [Fact]
    public void Chosen_cuts_are_the_same_ones_and_come_in_order()
    {
        using var network = TrainingSamples.Network(TransferStrategy.Full());
        var set = TrainingSamples.Stripes(4);
        var all = CutFeatures.Compute(network, set, null, TrainingSamples.Normalization, new ProbingOptions());
        var some = CutFeatures.Compute(network, set, null, TrainingSamples.Normalization, new ProbingOptions { Cuts = ["layer3.0", "layer1.0"] });

        Assert.Equal(["layer1.0", "layer3.0"], some.Select(cut => cut.Name));
        Assert.All(some, cut => Assert.Equal(all[cut.Index - 1].Training.Values, cut.Training.Values));
        Assert.Throws<CutNotFoundException>(() => CutFeatures.Compute(network, set, null, TrainingSamples.Normalization, new ProbingOptions { Cuts = ["layer9"] }));
    }

    [Fact]
    public void A_cut_inside_a_dense_block_is_normalised_by_the_statistics_that_the_next_layer_has()
    {
        using var scope = NewDisposeScope();
        using var network = Create(BackboneNames.DenseNet121, 1, [32, 32]);
        var set = TrainingSamples.Stripes(3);
        using (no_grad())
        {
            // The next layer's scale must play no part, its statistics must.
            network.State["features.denseblock1.denselayer3.norm1.running_mean"].fill_(0.25);
            network.State["features.denseblock1.denselayer3.norm1.running_var"].fill_(4);
            network.State["features.denseblock1.denselayer3.norm1.weight"].fill_(7);
        }

        var cuts = CutFeatures.Compute(network, set, null, TrainingSamples.Normalization, new ProbingOptions { Cuts = ["denseblock1.denselayer2"] });

        var uploader = new BatchUploader(set.Images, TrainingSamples.Normalization, CPU);
        var batch = new BatchReader(set.Images, set.Rows).Read(EpochSampler.InOrder(3), [3], 0).First();
        var raw = network.RunUnits(uploader.Normalize(uploader.Upload(batch)), 0, 3, training: false);
        var expected = ((raw - 0.25) / Math.Sqrt(4 + 1e-5)).relu().mean([2L, 3L]).contiguous().data<float>().ToArray();
        AssertEqual(expected, Assert.Single(cuts).Training.Values);
    }

    [Fact]
    public void A_network_that_ends_inside_a_dense_block_uses_its_own_closing_layers()
    {
        var backbone = Backbone.Create(BackboneNames.DenseNet121, inputChannels: 1);
        using var network = TransferNetwork.Create(
            new NetworkSpecification(TransferStrategy.Truncated("denseblock1.denselayer2").Resolve(backbone), HeadPooling.Average, 2, [32, 32]), 1, CPU);
        var set = TrainingSamples.Stripes(3);
        using (no_grad())
        {
            network.State["closing.norm.bias"].fill_(0.5);
        }

        var cuts = CutFeatures.Compute(network, set, null, TrainingSamples.Normalization, new ProbingOptions());

        AssertEqual(FeatureExtractor.Pooled(network, set.Images, set.Rows, TrainingSamples.Normalization, 3), cuts[^1].Training.Values);
    }

    [Fact]
    public void Volumes_are_scored_too()
    {
        using var network = Create(BackboneNames.ResNet10Volume, 1, [16, 16, 16]);
        var random = new Random(1);
        var images = new ImageStore(1, 16, 16, 16);
        for (var i = 0; i < 12; i++)
        {
            images.Append(Enumerable.Range(0, 16 * 16 * 16).Select(_ => (byte)(random.Next(100) + (i % 2 * 100))).ToArray());
        }

        var scores = FrozenScores.Compute(network, new TrainingSet(images, [.. Enumerable.Range(0, 12).Select(i => i % 2)], ["dark", "bright"]), null, TrainingSamples.Normalization);

        Assert.Equal(network.Specification.Plan.Backbone.Cuts.Count, scores.Cuts.Count);
        Assert.Equal(1, scores.Cuts[0].RidgeAuroc);
    }

    [Fact]
    public void Cancelled_stops_before_the_next_batch()
    {
        using var network = TrainingSamples.SmallNetwork();
        using var source = new CancellationTokenSource();
        var heard = new List<ProbingProgress>();
        var progress = new Reporter(report =>
        {
            heard.Add(report);
            source.Cancel();
        });
        var options = new ProbingOptions { BatchSize = 2, Cancellation = source.Token, Progress = progress };

        Assert.Throws<OperationCanceledException>(() =>
            FrozenScores.Compute(network, TrainingSamples.Stripes(6), TrainingSamples.Stripes(4), TrainingSamples.Normalization, options));

        Assert.Equal([new ProbingProgress(2, 10)], heard);
    }

    [Fact]
    public void The_pass_changes_nothing_and_leaves_no_tensors()
    {
        using var network = TrainingSamples.SmallNetwork();
        var set = TrainingSamples.Stripes(12);
        var before = TrainingSamples.Bytes(network);
        FrozenScores.Compute(network, set, set, TrainingSamples.Normalization);
        var live = TensorCount();

        FrozenScores.Compute(network, set, set, TrainingSamples.Normalization);

        Assert.Equal(live, TensorCount());
        Assert.Equal(before, TrainingSamples.Bytes(network));

        static long TensorCount() => TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
    }

    [Fact]
    public void Stripes_are_told_apart_better_on_validation_data_than_by_chance()
    {
        using var network = TrainingSamples.SmallNetwork();
        var scores = FrozenScores.Compute(network, TrainingSamples.Stripes(80), TrainingSamples.Stripes(60, seed: 2), TrainingSamples.Normalization);

        Assert.All(scores.Cuts, cut => Assert.True(cut.RidgeValidationAuroc > 0.9 && cut.RidgeAuroc > 0.9, $"{cut}"));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var network = TrainingSamples.SmallNetwork();
        var set = TrainingSamples.Stripes(4);
        var three = TrainingSamples.Stripes(6, classCount: 3);
        var labelled = TrainingSet.MultiLabel(set.Images, [0, 1, 1, 0, 1, 1, 0, 0], ["a", "b"]);

        Assert.Throws<ArgumentException>(() => FrozenScores.Compute(network, labelled, null, TrainingSamples.Normalization));
        Assert.Throws<ArgumentException>(() => FrozenScores.Compute(network, set, three, TrainingSamples.Normalization));
        Assert.Throws<ArgumentException>(() => FrozenScores.Compute(network, set, null, TrainingSamples.Normalization, new ProbingOptions { Groups = ["a"] }));
        Assert.Throws<TrainingDataException>(() => FrozenScores.Compute(network, set, null, TrainingSamples.Normalization, new ProbingOptions { Groups = ["a", "b", null, "c"] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrozenScores.Compute(network, set, null, TrainingSamples.Normalization, new ProbingOptions { Folds = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrozenScores.Compute(network, set, null, TrainingSamples.Normalization, new ProbingOptions { Neighbours = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => FrozenScores.Compute(network, set, null, TrainingSamples.Normalization, new ProbingOptions { BatchSize = 0 }));
    }

    private static TransferNetwork Create(string backbone, int channels, int[] spatial) => TransferNetwork.Create(
        new NetworkSpecification(TransferStrategy.Full().Resolve(Backbone.Create(backbone, inputChannels: channels)), HeadPooling.Average, 2, spatial), 1, CPU);

    private static void AssertEqual(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    private sealed class Reporter(Action<ProbingProgress> heard) : IProgress<ProbingProgress>
    {
        public void Report(ProbingProgress value) => heard(value);
    }
}
