using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet.Loading;

/// <summary>Prepared images, in memory as far as they fit, in any order and from any number of threads.</summary>
internal sealed class LoadedImages(ImageLoadOptions options, IReadOnlyList<LoadedImage> images)
{
    public int Count => images.Count;

    public LoadedImage this[int index] => images[index];

    /// <summary>The classes that occur, in ordinal order.</summary>
    public IReadOnlyList<string> ClassNames => [.. images.Select(image => image.Label).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The image as the network's column has it.</summary>
    /// <param name="index">The row.</param>
    /// <param name="result">Receives the values.</param>
    /// <exception cref="Data.ImageDataException">A file that is not in memory can no longer be read.</exception>
    public void Read(int index, Span<float> result)
    {
        var image = images[index];
        if (image.Values is { } values)
        {
            values.CopyTo(result);
            PreparedValues.Finish(result[..values.Length], image.Intensity, result);
            return;
        }

        var decoded = image.Source.Read(options.Preparation.ReadOptions(options.MaxValuesPerImage));
        PreparationRun.Prepare(options.Preparation, decoded, image.Source.Path).FinishTo(result);
        decoded.Release();
    }
}
