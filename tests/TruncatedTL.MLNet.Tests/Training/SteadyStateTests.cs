using TorchSharp;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

/// <summary>Once a training is under way, images and epochs leave nothing behind: what an epoch allocates depends on its batches, not on its images.</summary>
[Collection(TorchCollection.Name)]
public sealed class SteadyStateTests
{
    // What an image may cost in managed memory: its place in the epoch's order, its random numbers and its label, not its 1,024 pixels.
    private const int BytesPerImage = 128;

    [Fact]
    public void Training_allocates_no_managed_memory_for_each_image()
    {
        // As many batches, with eight times the images. The least of the epochs: code generation falls into single ones.
        var (few, many) = (AllocatedByEpoch(images: 8, batchSize: 4).Min(), AllocatedByEpoch(images: 64, batchSize: 32).Min());
        Assert.True(many - few < BytesPerImage * (64 - 8), $"{few} bytes for 8 images, {many} for 64");
    }

    [Fact]
    public void Epochs_allocate_alike()
    {
        var bytes = AllocatedByEpoch(images: 16, batchSize: 8);
        Assert.InRange(bytes[^1], bytes[^2] * 0.9, bytes[^2] * 1.1);
    }

    [Fact]
    public void Assembling_and_augmenting_allocate_no_managed_memory_for_each_image()
    {
        var (few, many) = (AllocatedByReader(images: 16, batchSize: 4), AllocatedByReader(images: 256, batchSize: 64));
        Assert.True(many - few < BytesPerImage * (64 - 4), $"{few} bytes for a batch of 4 images, {many} for one of 64");
    }

    [Fact]
    public void Native_tensors_stay_as_many_from_epoch_to_epoch()
    {
        var live = new List<long>();
        using var network = TrainingSamples.SmallNetwork();
        var options = Options(epochs: 5, batchSize: 8);
        options.Augmentation!.MixupAlpha = 0.2;
        FineTuner.Fit(network, TrainingSamples.Stripes(21), TrainingSamples.Stripes(10, seed: 2), TrainingSamples.Normalization, options, new TrainingCallbacks
        {
            EpochCompleted = _ => live.Add(DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount),
        });
        Assert.Single(live.Skip(1).Distinct());
    }

    // On the training thread, which is this one.
    private static List<long> AllocatedByEpoch(int images, int batchSize)
    {
        var totals = new List<long>(8);
        using var network = TrainingSamples.SmallNetwork();
        FineTuner.Fit(network, TrainingSamples.Stripes(images), null, TrainingSamples.Normalization, Options(epochs: 6, batchSize), new TrainingCallbacks
        {
            EpochCompleted = _ => totals.Add(GC.GetAllocatedBytesForCurrentThread()),
        });
        return [.. totals.Skip(1).Zip(totals, (after, before) => after - before)];
    }

    // For the last batch, on the reader's thread, with all that happens to it there.
    private static long AllocatedByReader(int images, int batchSize)
    {
        var set = TrainingSamples.Stripes(images);
        var options = AugmentationOptions.ForXRay();
        options.GaussianNoise = 0;
        var (augmenter, uploader) = (new ImageAugmenter(options, set.Images.Spatial), new BatchUploader(set.Images, TrainingSamples.Normalization, CPU));
        var totals = new List<long>(8);
        foreach (var batch in new BatchReader(set, new TargetEncoder([1, 1], 0), mixupAlpha: 0, seed: 1).Read(
            EpochSampler.InOrder(images),
            EpochSampler.BatchSizes(images, batchSize, avoidSingles: false),
            epoch: 1,
            prepare: batch =>
            {
                using var scope = NewDisposeScope();
                uploader.Normalize(augmenter.Apply(uploader.Upload(batch), batch.Streams));
                totals.Add(GC.GetAllocatedBytesForCurrentThread());
            }))
        {
            Assert.Equal(batchSize, batch.Count);
        }

        return totals[^1] - totals[^2];
    }

    private static TrainingOptions Options(int epochs, int batchSize)
    {
        var options = TrainingSamples.Options(epochs);
        options.BatchSize = batchSize;
        options.Augmentation = new AugmentationOptions();
        options.EarlyStopping.Patience = 0;
        return options;
    }
}
