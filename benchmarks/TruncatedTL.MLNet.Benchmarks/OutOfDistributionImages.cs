using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Images that a model must not answer for: of another kind, noise, and spoilt ones of its own kind.</summary>
internal sealed class OutOfDistributionImages(string name, LabelledImages like, int count, Action<int, byte[]> draw)
    : LabelledImages(name, count, like.Channels, like.SpatialShape, hasByteValues: true, like.ClassNames)
{
    private const int NoiseCount = 500;

    /// <summary>All of them: easy ones first, then spoilt test images, which are harder.</summary>
    public static IReadOnlyList<(string Name, LabelledImages Images)> All(LabelledImages test, MedMnistFile other, string otherName)
    {
        var strangers = new[] { MedMnistSplit.Train, MedMnistSplit.Validation, MedMnistSplit.Test }.Select(split => other.Read(split).ToMemory()).ToArray();
        var starts = new[] { 0, strangers[0].Count, strangers[0].Count + strangers[1].Count };
        var side = test.SpatialShape[1];
        return
        [
            (otherName, new OutOfDistributionImages(otherName, test, strangers.Sum(part => part.Count), (index, image) =>
            {
                var part = index < starts[1] ? 0 : index < starts[2] ? 1 : 2;
                strangers[part].CopyImage(index - starts[part], image);
            })),
            ("uniform noise", new OutOfDistributionImages("uniform noise", test, NoiseCount, (index, image) => new Random(index).NextBytes(image))),
            ("noise of the test images' histogram", new OutOfDistributionImages("shuffled", test, test.Count, (index, image) =>
            {
                test.CopyImage(index, image);
                new Random(index).Shuffle(image);
            })),
            ("inverted", new OutOfDistributionImages("inverted", test, test.Count, (index, image) =>
            {
                test.CopyImage(index, image);
                for (var i = 0; i < image.Length; i++)
                {
                    image[i] = (byte)(255 - image[i]);
                }
            })),
            ("upside down", new OutOfDistributionImages("upside down", test, test.Count, (index, image) =>
            {
                test.CopyImage(index, image);
                Array.Reverse(image);
                foreach (var start in Enumerable.Range(0, image.Length / side))
                {
                    Array.Reverse(image, start * side, side);
                }
            })),
            ("a quarter black", new OutOfDistributionImages("a quarter black", test, test.Count, (index, image) =>
            {
                test.CopyImage(index, image);
                for (var i = 0; i < image.Length; i++)
                {
                    image[i] = i / side % side < side / 2 && i % side < side / 2 ? (byte)0 : image[i];
                }
            })),
        ];
    }

    protected override void CopyBytes(int index, Span<byte> destination)
    {
        var image = new byte[ValuesPerImage];
        draw(index, image);
        image.CopyTo(destination);
    }

    protected override void CopySingles(int index, Span<float> destination)
    {
        var image = new byte[ValuesPerImage];
        draw(index, image);
        for (var i = 0; i < image.Length; i++)
        {
            destination[i] = image[i];
        }
    }

    protected override int GetLabel(int index) => 0;
}
