using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Tests.Explanations;

/// <summary>
/// Images and volumes whose class is decided by a bright blob at a known place: class 1 has one, class 0 has none. All have noise, a slope of
/// brightness and at most two dark blobs.
/// </summary>
internal static class BlobImages
{
    public static readonly string[] ClassNames = ["none", "blob"];

    /// <summary>Draws an image.</summary>
    /// <param name="hasBlob">Its class.</param>
    /// <param name="spatial">H, W or D, H, W.</param>
    /// <param name="random">Decides on everything else.</param>
    /// <returns>Pixel values from 0 to 255 in one channel, and where the bright blob is.</returns>
    public static (byte[] Pixels, Blob Place) Draw(bool hasBlob, IReadOnlyList<int> spatial, Random random)
    {
        var bright = Blob.Random(spatial, random);
        var dark = Enumerable.Range(0, 2).Select(_ => Blob.Random(spatial, random)).Where(blob => !blob.Touches(bright)).ToArray();
        var slope = spatial.Select(_ => (random.NextDouble() - 0.5) * 40).ToArray();
        var pixels = new byte[spatial.Aggregate(1, (product, length) => product * length)];
        for (var i = 0; i < pixels.Length; i++)
        {
            var position = Position(i, spatial);
            var value = 130.0 + (120 * (random.NextDouble() - 0.5));
            value += slope.Select((s, axis) => s * position[axis] / spatial[axis]).Sum();
            value += hasBlob ? 110 * bright.Strength(position) : 0;
            value -= dark.Sum(blob => 100 * blob.Strength(position));
            pixels[i] = (byte)Math.Clamp(value, 0, 255);
        }

        return (pixels, bright);
    }

    /// <summary>A set of images, every other one with a blob.</summary>
    public static TrainingSet Set(int count, IReadOnlyList<int> spatial, int channels, int seed)
    {
        var random = new Random(seed);
        var images = new ImageStore([channels, .. spatial]);
        for (var i = 0; i < count; i++)
        {
            images.Append(Repeat(Draw(i % 2 == 1, spatial, random).Pixels, channels).AsSpan());
        }

        return new TrainingSet(images, [.. Enumerable.Range(0, count).Select(i => i % 2)], ClassNames);
    }

    /// <summary>The same values in every channel.</summary>
    public static byte[] Repeat(byte[] pixels, int channels) => [.. Enumerable.Repeat(pixels, channels).SelectMany(channel => channel)];

    private static int[] Position(int index, IReadOnlyList<int> spatial)
    {
        var position = new int[spatial.Count];
        for (var axis = position.Length - 1; axis >= 0; axis--)
        {
            position[axis] = index % spatial[axis];
            index /= spatial[axis];
        }

        return position;
    }
}
