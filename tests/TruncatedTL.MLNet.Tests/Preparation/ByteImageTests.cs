using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Onnx;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Preparation;

/// <summary>8-bit images are prepared from bytes as they would be from their values.</summary>
public sealed class ByteImageTests
{
    public static TheoryData<string> TorchvisionCases =>
        new(ResizeReference.Cases.Where(c => c.Kind == ResizeReferenceKind.Torchvision).Select(c => c.ToString()));

    [Theory]
    [MemberData(nameof(TorchvisionCases))]
    public void They_are_resized_as_by_torchvision(string name)
    {
        var reference = ResizeReference.Cases.Single(c => c.ToString() == name);
        var (channels, height, width) = (reference.SourceShape[0], reference.SourceShape[1], reference.SourceShape[2]);
        var planar = ResizeReference.SourceBytes(reference.SourceShape);
        foreach (var lanes in channels == 1 ? [1] : new[] { 3, 4 })
        {
            var image = new DecodedImage(Interleave(i => planar[i], channels, height, width, lanes, gap: 0));
            Assert.Equal(reference.Expected, new ImagePreparation(reference.Target, channels) { Fit = ImageFit.Stretch }.Apply(image));
            Assert.NotNull(image.Bytes);
        }
    }

    [Fact]
    public void Every_preparation_gives_what_it_gives_for_values()
    {
        var (random, quick) = (new Random(20261124), 0);
        for (var i = 0; i < 400; i++)
        {
            var lanes = new[] { 1, 3, 4 }[random.Next(3)];
            var (height, width, channels) = (random.Next(1, 90), random.Next(1, 90), Math.Min(lanes, 3));
            var planar = new byte[channels * height * width];
            random.NextBytes(planar);
            var preparation = new ImagePreparation([random.Next(1, 48), random.Next(1, 48)], random.Next(2) == 0 ? 1 : 3)
            {
                Fit = (ImageFit)random.Next(3),
                PadValue = random.Next(3) switch { 0 => null, 1 => random.Next(256), _ => -7.5 },
                Intensity = random.Next(3) switch
                {
                    0 => ImageIntensity.Unchanged,
                    1 => ImageIntensity.Range(0, 255, 255),
                    _ => ImageIntensity.FileWindow(ImageIntensity.Range(0, 255, 255)),
                },
            };
            var bytes = new DecodedImage(Interleave(p => planar[p], channels, height, width, lanes, gap: random.Next(3)));
            var values = new DecodedImage([.. planar.Select(value => (float)value)], channels, [height, width]) { HasByteValues = true };
            Assert.Equal(preparation.Apply(values), preparation.Apply(bytes));
            quick += bytes.Bytes is null ? 0 : 1;
            Assert.Equal(planar.Select(value => (float)value), bytes.Values);
        }

        Assert.InRange(quick, 100, 399);
    }

    [Fact]
    public void Percentiles_by_counts_are_those_of_the_values()
    {
        var random = new Random(5);
        for (var i = 0; i < 50; i++)
        {
            var (lanes, height, width) = (new[] { 1, 3, 4 }[i % 3], random.Next(1, 9), random.Next(1, 50));
            var levels = random.Next(1, 256);
            var image = Interleave(_ => (byte)random.Next(levels), Math.Min(lanes, 3), height, width, lanes, gap: 1);
            var (lower, upper) = (random.NextDouble() * 50, 50 + (random.NextDouble() * 50));
            var values = image.ToValues();
            Assert.Equal(PercentileFinder.Find(values, lower, upper), PercentileFinder.FindByCounts(image.Histogram(), lower, upper));
            Assert.Equal(values.Min(), image.Lowest());
        }
    }

    [Fact]
    public void Whoever_changes_the_values_changes_the_image()
    {
        var image = new DecodedImage(Interleave(_ => 10, 1, 4, 4, 1, gap: 0));
        Assert.All(new ImagePreparation([2, 2]).Apply(image), value => Assert.Equal(10, value));
        image.Values.AsSpan().Fill(20);
        Assert.All(new ImagePreparation([2, 2]).Apply(image), value => Assert.Equal(20, value));
    }

    [Fact]
    public void Buffers_that_do_not_hold_the_image_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new InterleavedBytes(new byte[11], 0, 4, 3, 4, 1));
        Assert.Throws<ArgumentException>(() => new InterleavedBytes(new byte[12], 1, 4, 3, 4, 1));
        Assert.Throws<ArgumentException>(() => new InterleavedBytes(new byte[99], 0, 3, 3, 4, 1));
        Assert.Throws<ArgumentException>(() => new InterleavedBytes(new byte[99], 0, 8, 3, 4, 2));
        Assert.Throws<ArgumentException>(() => new InterleavedBytes(new byte[99], 0, int.MaxValue, int.MaxValue, 4, 1));
    }

    // What is no part of the image, the fourth lane and gaps between rows, is zero and would show as the lowest value.
    private static InterleavedBytes Interleave(Func<int, byte> planar, int channels, int height, int width, int lanes, int gap)
    {
        var stride = (width * lanes) + gap;
        var buffer = new byte[gap + (stride * height)];
        for (var i = 0; i < channels * height * width; i++)
        {
            var (channel, pixel) = (i / (height * width), i % (height * width));
            buffer[gap + (pixel / width * stride) + (pixel % width * lanes) + channel] = planar(i);
        }

        return new InterleavedBytes(buffer, gap, stride, height, width, lanes);
    }
}
