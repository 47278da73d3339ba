using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

/// <summary>The changes of intensity against values that were worked out another way, and the laws that hold for all of them.</summary>
[Collection(TorchCollection.Name)]
public sealed class IntensityTests
{
    public static TheoryData<int[]> Shapes => new() { new[] { 3, 12, 17 }, new[] { 1, 9, 9 }, new[] { 2, 5, 11, 8 }, new[] { 3, 1, 6, 6 } };

    public static TheoryData<string, Action<AugmentationOptions>> Changes => new()
    {
        { "brightness", options => options.Brightness = 0.3 },
        { "contrast", options => options.Contrast = 0.3 },
        { "channel brightness", options => options.ChannelBrightness = 0.3 },
        { "channel contrast", options => options.ChannelContrast = 0.3 },
        { "saturation", options => options.Saturation = 0.5 },
        { "hue", options => options.HueDegrees = 40 },
        { "gamma", options => (options.GammaMinimum, options.GammaMaximum) = (0.5, 2) },
        { "blur", options => options.BlurSigma = 2 },
        { "speckle", options => options.SpeckleNoise = 0.2 },
        { "noise", options => options.GaussianNoise = 0.2 },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void WithProbabilityZero_NothingChanges_WithOneHalf_AboutHalfOfTheImages(string name, Action<AugmentationOptions> change)
    {
        using var scope = NewDisposeScope();
        var images = Noise(64, [3, 8, 9]);
        var options = AugmentationOptions.None();
        change(options);
        options.IntensityProbability = 0;
        Assert.True(Apply(options, images).equal(images).all().item<bool>(), name);

        options.IntensityProbability = 0.5;
        var untouched = Apply(options, images).eq(images).reshape(64, -1).all(1).sum().item<long>();
        Assert.InRange(untouched, 18, 46);

        options.IntensityProbability = 1;
        untouched = Apply(options, images).eq(images).reshape(64, -1).all(1).sum().item<long>();

        // A blur below 0.15 pixels is none.
        Assert.InRange(untouched, 0, name == "blur" ? 14 : 0);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Everything_IsTheSame_WhateverBatchAnImageIsIn_AndHoweverManyThreads(int[] shape)
    {
        using var scope = NewDisposeScope();
        var images = Noise(9, shape);
        var augmenter = new ImageAugmenter(GeometryTests.Everything(), shape[1..]);
        var streams = Streams(9);

        var together = augmenter.Apply(images, streams);
        var alone = cat([.. Enumerable.Range(0, 9).Select(i => augmenter.Apply(images.narrow(0, i, 1), streams.AsSpan(i, 1)))]);
        var threads = get_num_threads();
        set_num_threads(threads == 1 ? 2 : 1);
        var otherThreads = augmenter.Apply(images, streams);
        set_num_threads(threads);

        Assert.True(together.equal(alone).all().item<bool>());
        Assert.True(together.equal(otherThreads).all().item<bool>());
        Assert.True(together.isfinite().all().item<bool>());
        Assert.False(together.equal(augmenter.Apply(images, Streams(9, epoch: 2))).all().item<bool>());
        Assert.Equal(images.shape, together.shape);
    }

    [Fact]
    public void LargeImages_AreTheSame_WhateverBatchTheyAreIn()
    {
        using var scope = NewDisposeScope();

        // Large enough for libtorch to divide the sum over one image among threads.
        var images = Noise(3, [1, 300, 300]);
        var options = GeometryTests.Everything();
        options.IntensityProbability = 1;
        var augmenter = new ImageAugmenter(options, [300, 300]);
        var streams = Streams(3);

        var together = augmenter.Apply(images, streams);
        var alone = cat([.. Enumerable.Range(0, 3).Select(i => augmenter.Apply(images.narrow(0, i, 1), streams.AsSpan(i, 1)))]);

        Assert.True(together.equal(alone).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Presets_ChangeImagesAndVolumes_AndKeepThemFinite(int[] shape)
    {
        using var scope = NewDisposeScope();
        var images = Noise(4, shape);
        var flat = full(images.shape, 100f);
        AugmentationOptions[] presets =
        [
            AugmentationOptions.ForXRay(), AugmentationOptions.ForCT(), AugmentationOptions.ForUltrasound(),
            AugmentationOptions.ForDermoscopy(), AugmentationOptions.ForMicroscopy(), AugmentationOptions.ForMri(), GeometryTests.Everything(),
        ];
        Assert.All(presets, preset =>
        {
            var changed = Apply(preset, images);
            Assert.Equal(images.shape, changed.shape);
            Assert.True(changed.isfinite().all().item<bool>());
            Assert.False(changed.allclose(images, atol: 1));
            Assert.True(Apply(preset, flat).isfinite().all().item<bool>());
        });
    }

    [Fact]
    public void Gamma_RaisesTheShareOfTheRangeToAPower()
    {
        using var scope = NewDisposeScope();
        var options = AugmentationOptions.None();
        options.GammaMinimum = options.GammaMaximum = 2;
        var images = Noise(3, [2, 6, 7]);
        var values = images.data<float>().ToArray().Chunk(2 * 6 * 7);

        var expected = values.SelectMany(image =>
        {
            var (least, range) = (image.Min(), image.Max() - image.Min());
            return image.Select(value => (float)(least + (range * Math.Pow((value - least) / range, 2))));
        });

        var actual = Apply(options, images).data<float>().ToArray();
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-2f));
    }

    [Fact]
    public void Gamma_IsDrawnLogUniformly()
    {
        using var scope = NewDisposeScope();
        var options = AugmentationOptions.None();
        (options.GammaMinimum, options.GammaMaximum) = (0.5, 2);
        // Values 0, 1/2, 1: the middle tells the exponent.
        var images = tensor(new[] { 0f, 0.5f, 1f }).reshape(1, 1, 1, 3).expand(400, 1, 1, 3).contiguous();

        var exponents = Apply(options, images).select(3, 1).reshape(-1).data<float>().ToArray().Select(value => -Math.Log2(value)).ToArray();

        Assert.All(exponents, exponent => Assert.InRange(exponent, 0.4999, 2.0001));
        Assert.Equal(200, exponents.Count(exponent => exponent < 1), 45.0);
    }

    [Fact]
    public void Noise_HasZeroMean_AndTheDrawnShareOfTheImagesDeviation()
    {
        using var scope = NewDisposeScope();
        var options = AugmentationOptions.None();
        options.GaussianNoise = 0.4;
        var images = Noise(40, [1, 64, 64]);

        var noise = (Apply(options, images) - images).reshape(40, -1);
        var shares = (noise.std(1) / images.reshape(40, -1).std(1)).data<float>().ToArray();
        var standard = noise / noise.std(1, keepdim: true);

        Assert.All(shares, share => Assert.InRange(share, 0, 0.41f));
        Assert.Equal(0.2, shares.Average(), 0.06);
        Assert.True(standard.mean([1]).abs().max().item<float>() < 0.07);
        Assert.Equal(3.0, standard.pow(4).mean().item<float>(), 0.1);
        Assert.Equal(0.0, (standard[0] * standard[1]).mean().item<float>(), 0.07);
    }

    [Fact]
    public void Speckle_GrowsWithBrightness_AndLeavesTheDarkestPlaceAlone()
    {
        using var scope = NewDisposeScope();
        var options = AugmentationOptions.None();
        options.SpeckleNoise = 0.2;
        // -1000 to 1000 in columns, as Hounsfield units may be.
        var images = linspace(-1000, 1000, 21).reshape(1, 1, 1, 21).expand(8, 1, 4000, 21).contiguous();

        var noise = Apply(options, images) - images;
        var deviations = noise.std(2).squeeze(1);

        Assert.Equal(0f, deviations.select(1, 0).max().item<float>());
        for (var image = 0; image < 8; image++)
        {
            var row = deviations[image].data<float>().ToArray();
            var level = row[20] / 2000;
            Assert.InRange(level, 0, 0.21);
            Assert.All(Enumerable.Range(0, 21), column => Assert.InRange(row[column], level * 100 * column * 0.93, level * 100 * column * 1.07 + 1e-3));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Blur_SpreadsAPointLikeAGaussian_AndKeepsTheSum(int rank)
    {
        using var scope = NewDisposeScope();
        long[] shape = [3, 1, .. Enumerable.Repeat(15L, rank)];
        var point = zeros(shape);
        long[] middle = [.. Enumerable.Repeat(7L, rank)];
        for (var i = 0; i < 3; i++)
        {
            point[[i, 0, .. middle]] = 1f;
        }

        double[] sigmas = [0, 0.8, 1.3];
        var blurred = new GaussianBlur(2, rank).Apply(point, sigmas);

        Assert.True(blurred[0].equal(point[0]).all().item<bool>());
        for (var i = 1; i < 3; i++)
        {
            Assert.Equal(1f, blurred[i].sum().item<float>(), 1e-5f);
            for (var step = 0; step <= 4; step++)
            {
                long[] place = [i, 0, 7 + step, .. Enumerable.Repeat(7L, rank - 1)];
                var ratio = blurred[[.. place.Select(index => TensorIndex.Single(index))]].item<float>() / blurred[[.. new long[] { i, 0 }.Concat(middle).Select(index => TensorIndex.Single(index))]].item<float>();
                Assert.Equal(Math.Exp(-step * step / (2 * sigmas[i] * sigmas[i])), ratio, 1e-5);
            }
        }

        var even = full(shape, 7f);
        Assert.True(new GaussianBlur(2, rank).Apply(even, sigmas).allclose(even, atol: 1e-5));
    }

    [Fact]
    public void Hue_TurnsColoursAboutGrey_AndSaturationStretchesThem()
    {
        using var scope = NewDisposeScope();
        var images = Noise(16, [3, 5, 6]);
        var grey = images.mean([1], keepdim: true);
        var hue = AugmentationOptions.None();
        hue.HueDegrees = 60;
        var saturation = AugmentationOptions.None();
        saturation.Saturation = 0.8;

        var turned = Apply(hue, images);
        var stretched = Apply(saturation, images);

        // Grey and the distance from it stay; the angle between old and new colour is one and the same for a whole image.
        Assert.True(turned.mean([1], keepdim: true).allclose(grey, rtol: 1e-4));
        var (before, after) = (images - grey, turned - grey);
        Assert.True(before.pow(2).sum(1).allclose(after.pow(2).sum(1), rtol: 1e-2, atol: 1e-1));
        var angles = ((before * after).sum(1) / before.pow(2).sum(1)).reshape(16, -1);
        Assert.True((angles.amax([1]) - angles.amin([1])).max().item<float>() < 1e-3);
        Assert.InRange(angles.min().item<float>(), 0.499, 0.95);

        Assert.True(stretched.mean([1], keepdim: true).allclose(grey, rtol: 1e-4));
        var factors = ((stretched - grey) * before).sum(1).div(before.pow(2).sum(1)).reshape(16, -1);
        Assert.True((factors.amax([1]) - factors.amin([1])).max().item<float>() < 1e-3);
        Assert.InRange(factors.min().item<float>(), 0.199, 0.9);
        Assert.InRange(factors.max().item<float>(), 1.1, 1.801);

        // Images that are not in colour stay as they are.
        Assert.True(Apply(hue, images.narrow(1, 0, 1).contiguous()).equal(images.narrow(1, 0, 1)).all().item<bool>());
        Assert.True(Apply(hue, grey.expand(16, 3, 5, 6).contiguous()).allclose(grey.expand(16, 3, 5, 6), rtol: 1e-4));
    }

    [Fact]
    public void ChannelBrightnessAndContrast_AreDrawnForEachChannel()
    {
        using var scope = NewDisposeScope();
        var images = Noise(8, [3, 6, 6]);
        var brightness = AugmentationOptions.None();
        brightness.ChannelBrightness = 0.3;
        var contrast = AugmentationOptions.None();
        contrast.ChannelContrast = 0.3;
        var mean = images.mean([2, 3], keepdim: true);

        var shares = ((Apply(brightness, images) - images) / mean).reshape(8, 3, -1);
        var contrasted = Apply(contrast, images);
        var factors = ((contrasted - mean).abs().mean([2, 3]) / (images - mean).abs().mean([2, 3])).data<float>().ToArray();

        Assert.True((shares.amax([2]) - shares.amin([2])).max().item<float>() < 1e-3);
        Assert.Equal(24, shares.select(2, 0).reshape(-1).data<float>().ToArray().Distinct().Count());
        Assert.InRange(shares.abs().max().item<float>(), 0.2f, 0.3001f);
        Assert.True(contrasted.mean([2, 3], keepdim: true).allclose(mean, rtol: 1e-4));
        Assert.All(factors, factor => Assert.InRange(factor, 0.6999f, 1.3001f));
        Assert.Equal(24, factors.Distinct().Count());
    }

    private static Tensor Noise(int count, int[] shape)
    {
        using var generator = new Generator(13, CPU);
        return rand([count, .. shape.Select(length => (long)length)], generator: generator).mul(200).add(20);
    }

    private static RandomStream[] Streams(int count, int epoch = 1) =>
        Enumerable.Range(0, count).Select(i => RandomStream.For(1, RandomPurpose.Augmentation, epoch, i)).ToArray();

    private static Tensor Apply(AugmentationOptions options, Tensor images) =>
        new ImageAugmenter(options, images.shape.Skip(2).Select(length => (int)length).ToArray()).Apply(images, Streams((int)images.shape[0]));
}
