using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Colour images of noise in two classes, for measurements of time.</summary>
internal static class RandomImages
{
    public static TrainingSet Create(int count, int size, int seed, long memoryLimit = long.MaxValue)
    {
        var random = new Random(seed);
        var images = new ImageStore(3, size, size) { MemoryLimit = memoryLimit };
        var image = new byte[3 * size * size];
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(image);
            images.Append(image);
        }

        return new TrainingSet(images, [.. Enumerable.Range(0, count).Select(i => i % 2)], ["first", "second"]);
    }
}
