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
    /// <exception cref="Data.ImageDataException">A file that is not in memory can no longer be read.</exception>
    public float[] Read(int index)
    {
        var image = images[index];
        var result = new float[options.Preparation.ValueCount];
        if (image.Values is { } values)
        {
            values.CopyTo(result);
            PreparedValues.Finish(result.AsSpan(..values.Length), image.Intensity, result);
            return result;
        }

        var prepared = PreparationRun.Prepare(options.Preparation, image.Source.Read(options.Preparation.ReadOptions(options.MaxValuesPerImage)), image.Source.Path);
        PreparedValues.Finish(prepared.Values, prepared.Intensity, result);
        return result;
    }
}
