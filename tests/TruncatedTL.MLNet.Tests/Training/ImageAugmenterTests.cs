using FsCheck;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class ImageAugmenterTests
{
    public static TheoryData<int[]> Shapes => new() { new[] { 7, 9 }, new[] { 8, 8 }, new[] { 5, 6, 7 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void NoChanges_GiveTheIdenticalTensor(int[] spatial)
    {
        using var scope = NewDisposeScope();
        var images = Noise(3, spatial);

        Assert.True(Apply(AugmentationOptions.None(), images).equal(images).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Flips_AreExactMirrorImages_AndTwiceIsTheIdentity(int[] spatial)
    {
        using var scope = NewDisposeScope();
        var images = Noise(3, spatial);
        var rank = spatial.Length;
        var horizontal = AugmentationOptions.None();
        horizontal.HorizontalFlip = 1;
        var vertical = AugmentationOptions.None();
        vertical.VerticalFlip = 1;
        var depth = AugmentationOptions.None();
        depth.DepthFlip = 1;

        Assert.True(Apply(horizontal, images).equal(images.flip(-1)).all().item<bool>());
        Assert.True(Apply(vertical, images).equal(images.flip(-2)).all().item<bool>());
        Assert.True(Apply(depth, images).equal(rank == 3 ? images.flip(-3) : images).all().item<bool>());
        Assert.True(Apply(horizontal, Apply(horizontal, images)).equal(images).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Flips_WhileResampling_AreTheSameMirrorImages(int[] spatial)
    {
        using var scope = NewDisposeScope();
        var images = Noise(4, spatial);
        var options = AugmentationOptions.None();
        options.HorizontalFlip = 0.5;
        options.VerticalFlip = 0.5;
        options.DepthFlip = 0.5;
        var exact = Apply(options, images);
        // Too small a turn to be seen, but enough to go the other way.
        options.RotationDegrees = 1e-7;

        Assert.False(exact.equal(images).all().item<bool>());
        Assert.True(Apply(options, images).allclose(exact, rtol: 1e-4, atol: 1e-2));
    }

    [Fact]
    public void Rotation_TurnsAboutTheCentreInPixels()
    {
        using var scope = NewDisposeScope();
        var random = RandomStream.For(1, RandomPurpose.Augmentation);
        var options = AugmentationOptions.None();
        options.RotationDegrees = 90;
        var map = new float[6];
        new AffineSampler(options, [10, 40]).DrawMap(ref random, [false, false], map);

        // [cos, -sin x 10/40; sin x 40/10, cos] in normalised coordinates of an image 40 wide and 10 high.
        var angle = Math.Atan2(map[3] / 4, map[0]);
        Assert.InRange(Math.Abs(angle), 0.01, Math.PI / 2);
        Assert.Equal(Math.Cos(angle), map[4], 5);
        Assert.Equal(Math.Sin(angle) * 4, -map[1] * 16, 4);
        Assert.Equal((0f, 0f), (map[2], map[5]));
    }

    [Fact]
    public void Rotation_OfAVolume_KeepsDistances()
    {
        var random = RandomStream.For(4, RandomPurpose.Augmentation);
        var options = AugmentationOptions.None();
        options.RotationDegrees = 40;
        var map = new float[12];
        new AffineSampler(options, [9, 9, 9]).DrawMap(ref random, [false, false, false], map);

        for (var i = 0; i < 3; i++)
        {
            for (var j = 0; j < 3; j++)
            {
                var product = Enumerable.Range(0, 3).Sum(k => map[i * 4 + k] * map[j * 4 + k]);
                Assert.Equal(i == j ? 1 : 0, product, 5);
            }
        }

        Assert.NotEqual(1, map[0]);
        Assert.NotEqual(1, map[5]);
        Assert.NotEqual(1, map[10]);
    }

    [Property(MaxTest = 100)]
    public void Crop_StaysInsideTheImage_AndHasTheAskedVolume(int seed, bool isVolume)
    {
        var options = AugmentationOptions.None();
        options.CropScaleMinimum = 0.3;
        options.CropScaleMaximum = 0.6;
        options.CropRatioMinimum = 0.8;
        options.CropRatioMaximum = 1.25;
        var rank = isVolume ? 3 : 2;
        int[] spatial = isVolume ? [20, 22, 24] : [20, 24];
        var random = RandomStream.For(seed, RandomPurpose.Augmentation);
        var map = new float[rank * (rank + 1)];

        new AffineSampler(options, spatial).DrawMap(ref random, new bool[rank], map);

        var volume = 1.0;
        for (var axis = 0; axis < rank; axis++)
        {
            var extent = map[axis * (rank + 1) + axis];
            var centre = map[axis * (rank + 1) + rank];
            volume *= extent;
            Assert.InRange(extent, 0, 1);
            Assert.True(Math.Abs(centre) <= 1 - extent + 1e-6);
        }

        Assert.InRange(volume, 0.3 - 1e-6, 0.6 + 1e-6);
        var sides = Enumerable.Range(0, rank).Select(axis => map[axis * (rank + 1) + axis] * spatial[^(axis + 1)]).ToArray();
        Assert.All(sides[..^1], side => Assert.InRange(side / sides[^1], 0.8 - 1e-5, 1.25 + 1e-5));
    }

    [Fact]
    public void Crop_ShowsPartOfTheImageMagnified()
    {
        using var scope = NewDisposeScope();
        var options = AugmentationOptions.None();
        options.CropScaleMinimum = options.CropScaleMaximum = 0.25;
        // A ramp from 0 to 31 along W: half of it, magnified, has half the slope.
        var ramp = arange(32, ScalarType.Float32).expand(1, 1, 32, 32).contiguous();

        var crop = Apply(options, ramp);
        var slope = crop.narrow(3, 9, 10) - crop.narrow(3, 8, 10);

        Assert.True(slope.allclose(full_like(slope, 0.5), rtol: 1e-3));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Everything_StaysFinite_AndInTheRangeOfTheImage(int[] spatial)
    {
        using var scope = NewDisposeScope();
        var images = Noise(16, spatial);
        var options = TrainingOptions.Paper().Augmentation!;
        options.RotationDegrees = 180;

        var geometric = Apply(options, images);
        options.Brightness = 1;
        options.Contrast = 1;
        options.Padding = AugmentationPadding.Zeros;

        Assert.InRange(geometric.min().item<float>(), images.min().item<float>() - 1e-3f, images.max().item<float>());
        Assert.InRange(geometric.max().item<float>(), images.min().item<float>(), images.max().item<float>() + 1e-3f);
        Assert.True(Apply(options, images).isfinite().all().item<bool>());
    }

    [Fact]
    public void Padding_Zeros_ShowsInTheCorners_BorderDoesNot()
    {
        using var scope = NewDisposeScope();
        var options = AugmentationOptions.None();
        options.RotationDegrees = 45;
        var white = full([8, 1, 16, 16], 255f);

        var border = Apply(options, white);
        options.Padding = AugmentationPadding.Zeros;
        var zeros = Apply(options, white);

        Assert.True(border.allclose(white, atol: 1e-2));
        Assert.True(zeros.min().item<float>() < 1);
        Assert.True(zeros[TensorIndex.Colon, 0, 8, 8].allclose(full([8], 255f), atol: 1e-2));
    }

    [Fact]
    public void Contrast_KeepsTheMean_Brightness_ShiftsByAShareOfIt()
    {
        using var scope = NewDisposeScope();
        var images = Noise(8, [8, 8]);
        var contrast = AugmentationOptions.None();
        contrast.Contrast = 0.5;
        var brightness = AugmentationOptions.None();
        brightness.Brightness = 0.5;

        var contrasted = Apply(contrast, images);
        var shift = Apply(brightness, images) - images;
        var mean = images.mean([1, 2, 3], keepdim: true);
        var shares = (shift / mean).flatten(1);

        Assert.True(contrasted.mean([1, 2, 3], keepdim: true).allclose(mean, rtol: 1e-4));
        var factors = ((contrasted - mean).abs().mean([1, 2, 3]) / (images - mean).abs().mean([1, 2, 3])).data<float>().ToArray();
        Assert.All(factors, factor => Assert.InRange(factor, 0.5f, 1.5f));
        Assert.Equal(8, factors.Distinct().Count());
        Assert.True((shares.amax([1]) - shares.amin([1])).abs().max().item<float>() < 1e-3);
        Assert.InRange(shares.abs().max().item<float>(), 0.01f, 0.5f);
    }

    [Fact]
    public void AnImage_IsChangedTheSameWay_WhateverBatchItIsIn()
    {
        using var scope = NewDisposeScope();
        var images = Noise(6, [9, 9]);
        var options = new AugmentationOptions();
        var augmenter = new ImageAugmenter(options, [9, 9]);
        var streams = Streams(6);

        var together = augmenter.Apply(images, streams);
        var alone = cat(Enumerable.Range(0, 6).Select(i => augmenter.Apply(images.narrow(0, i, 1), streams.AsSpan(i, 1))).ToArray());

        Assert.True(together.equal(alone).all().item<bool>());
        Assert.False(together.equal(images).all().item<bool>());
    }

    [Fact]
    public void SameStreams_SameImages_OtherStreams_OtherImages()
    {
        using var scope = NewDisposeScope();
        var images = Noise(4, [9, 9]);
        var augmenter = new ImageAugmenter(new AugmentationOptions(), [9, 9]);

        Assert.True(augmenter.Apply(images, Streams(4)).equal(augmenter.Apply(images, Streams(4))).all().item<bool>());
        Assert.False(augmenter.Apply(images, Streams(4)).equal(augmenter.Apply(images, Streams(4, epoch: 2))).all().item<bool>());
    }

    [Fact]
    public void The_reader_s_thread_augments_to_the_same_bits()
    {
        using var scope = NewDisposeScope();
        var set = TrainingSamples.Stripes(24);
        var options = AugmentationOptions.ForXRay();
        options.ElasticMagnitude = 0.02;
        var (augmenter, uploader) = (new ImageAugmenter(options, set.Images.Spatial), new BatchUploader(set.Images, TrainingSamples.Normalization, CPU));
        Tensor[] slots = [empty(12, 1, TrainingSamples.Side, TrainingSamples.Side), empty(12, 1, TrainingSamples.Side, TrainingSamples.Side)];
        var threads = new HashSet<int>();
        var batches = 0;
        foreach (var batch in new BatchReader(set, new TargetEncoder([1, 1], 0), mixupAlpha: 0, seed: 1).Read(EpochSampler.Shuffled(24, 1, 1), [12, 12], epoch: 1, prepare: Prepare))
        {
            var here = uploader.Normalize(augmenter.Apply(uploader.Upload(batch), batch.Streams));
            Assert.True(here.equal(slots[batch.Slot]).all().item<bool>());
            batches++;
        }

        Assert.Equal(2, batches);
        Assert.NotEqual(Environment.CurrentManagedThreadId, Assert.Single(threads));

        void Prepare(HostBatch batch)
        {
            using var own = NewDisposeScope();
            threads.Add(Environment.CurrentManagedThreadId);
            slots[batch.Slot].copy_(uploader.Normalize(augmenter.Apply(uploader.Upload(batch), batch.Streams)));
        }
    }

    private static Tensor Noise(int count, int[] spatial)
    {
        using var generator = new Generator(11, CPU);
        return rand([count, 2, .. spatial.Select(length => (long)length)], generator: generator).mul(200).add(20);
    }

    private static RandomStream[] Streams(int count, int epoch = 1) =>
        Enumerable.Range(0, count).Select(i => RandomStream.For(1, RandomPurpose.Augmentation, epoch, i)).ToArray();

    private static Tensor Apply(AugmentationOptions options, Tensor images) =>
        new ImageAugmenter(options, images.shape.Skip(2).Select(length => (int)length).ToArray()).Apply(images, Streams((int)images.shape[0]));
}
