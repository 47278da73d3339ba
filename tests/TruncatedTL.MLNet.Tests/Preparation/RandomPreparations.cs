using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet.Tests.Preparation;

/// <summary>Preparations of every kind.</summary>
internal static class RandomPreparations
{
    public static IEnumerable<ImagePreparation> Of(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var size = Enumerable.Range(0, random.Next(2, 4)).Select(_ => random.Next(1, 20)).ToArray();
            yield return new ImagePreparation(size, random.Next(2) == 0 ? 1 : 3)
            {
                Fit = (ImageFit)random.Next(3),
                SpacingMillimetres = random.Next(2) == 0 ? null : [.. size.Select(_ => 0.1 + random.NextDouble())],
                PadValue = random.Next(2) == 0 ? null : random.Next(-1024, 100),
                Intensity = Intensity(random),
                Frame = random.Next(3) == 0 ? random.Next(5) : null,
                ReorientToRas = random.Next(2) == 0,
                ReducedDecoding = random.Next(2) == 0,
            };
        }
    }

    /// <summary>Preparations that a column can have.</summary>
    public static ImagePreparation ForColumn(Random random, int rank) =>
        new([.. Enumerable.Range(0, rank).Select(_ => random.Next(1, 24))], random.Next(2) == 0 ? 1 : 3)
        {
            Fit = (ImageFit)random.Next(3),
            PadValue = random.Next(2) == 0 ? null : random.Next(-300, 300),
            Intensity = random.Next(3) == 0 ? ImageIntensity.Unchanged : Range(random),
        };

    private static ImageIntensity Intensity(Random random) => random.Next(4) switch
    {
        0 => ImageIntensity.Unchanged,
        1 => Range(random),
        2 => ImageIntensity.Percentiles(random.NextDouble() * 10, 90 + (random.NextDouble() * 10)),
        _ => ImageIntensity.FileWindow(Range(random)),
    };

    private static ImageIntensity Range(Random random)
    {
        var lower = random.Next(-200, 50);
        return ImageIntensity.Range(lower, lower + random.Next(1, 400) + random.NextDouble(), random.Next(2) == 0 ? 1 : 255);
    }
}
