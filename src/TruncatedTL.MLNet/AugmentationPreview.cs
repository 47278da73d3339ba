using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet;

/// <summary>
/// Shows what <see cref="AugmentationOptions"/> do to images: a contact sheet, on which a person sees at once whether lesions are cut
/// off, sides are exchanged or findings drown in noise.
/// </summary>
/// <remarks>
/// <para>
/// One row an image: first the image itself, then as many random versions of it as there are further columns. They come from the
/// very code that training uses: the k-th version is what the image would get in epoch k of a training with the same seed, if it
/// were in the row-th place of the data. Mixup is not shown.
/// </para>
/// <para>
/// Volumes show their middle slice along depth, after the change. Bytes are shown as they are; of other values the range from the
/// 0.5th to the 99.5th percentile of the unchanged image goes from black to white, for the whole row, so that changes of brightness show.
/// Images of three channels are shown in colour, of others the first channel in grey. Images are enlarged to at least 96 pixels and
/// reduced to at most 256.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var images = MedMnistFile.Open("pneumoniamnist.npz").Read(MedMnistSplit.Train);
/// AugmentationPreview.SavePng("preview.png", images, AugmentationOptions.ForXRay(), rows: 6, columns: 8, seed: 1);
/// </code>
/// </example>
public static class AugmentationPreview
{
    // Of an image whose size only its file knows; the size that most backbones were made for.
    private const int DefaultSize = 224;

    /// <summary>Draws a sheet of images chosen at random from a set, in the set's order.</summary>
    /// <param name="path">The file, which is replaced if it exists; its folder exists.</param>
    /// <param name="images">The images.</param>
    /// <param name="options">What is done to them.</param>
    /// <param name="rows">Number of images, 1 or more; fewer are shown if the set has no more.</param>
    /// <param name="columns">The image and its versions, 2 or more.</param>
    /// <param name="seed">Decides on the images and their versions.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number or an option is out of its range, or the sheet would be too large.</exception>
    /// <exception cref="ArgumentException">The set is empty, or the path is.</exception>
    /// <exception cref="TrainingDataException">An image has a value that is not a number.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public static void SavePng(string path, LabelledImages images, AugmentationOptions options, int rows, int columns, int seed)
    {
        ArgumentNullException.ThrowIfNull(images);
        Check(path, options, rows, columns);
        var store = new ImageStore([images.Channels, .. images.SpatialShape]);
        var values = new float[images.ValuesPerImage];
        foreach (var index in Choose(images.Count, rows, seed))
        {
            images.CopyImage(index, values);
            store.Append(values);
        }

        Save(path, store, images.HasByteValues, options, columns, seed, nameof(images));
    }

    /// <summary>
    /// Draws a sheet of the first rows of a view; <c>mlContext.Data.ShuffleRows</c> brings others to the front. Images are decoded as for
    /// training, at their own size, or at 224 pixels where only the files know it.
    /// </summary>
    /// <param name="path">The file, which is replaced if it exists; its folder exists.</param>
    /// <param name="data">The rows.</param>
    /// <param name="imageColumnName">The column of images, as the trainers take it.</param>
    /// <param name="options">What is done to them.</param>
    /// <param name="rows">Number of images, 1 or more; fewer are shown if there are no more.</param>
    /// <param name="columns">The image and its versions, 2 or more.</param>
    /// <param name="seed">Decides on the versions.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number or an option is out of its range, the column is missing or holds no images, or the sheet would be too large.
    /// </exception>
    /// <exception cref="ArgumentException">There are no rows, or the path is empty.</exception>
    /// <exception cref="TrainingDataException">A row has no image, or one that cannot be read or has a value that is not a number.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public static void SavePng(string path, IDataView data, string imageColumnName, AugmentationOptions options, int rows, int columns, int seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrWhiteSpace(imageColumnName);
        Check(path, options, rows, columns);
        ImageInput.CheckShape(SchemaProbe.ShapeOf(data), imageColumnName);
        var rank = data.Schema[imageColumnName].Type is VectorDataViewType { Dimensions.Length: 4 } ? 3 : 2;
        var input = ImageInput.From(data.Schema, imageColumnName, inputSize: null, rank, DefaultSize);
        using var decoder = PixelDecoder.Create(new MLContext(seed), data, input, "TruncatedTL.Preview");
        Save(path, PixelColumn.ReadFirst(data, decoder, input, rows), input.IsByte, options, columns, seed, nameof(data));
    }

    // Evenly spread ones would all be of one class where classes alternate.
    private static IEnumerable<int> Choose(int count, int rows, int seed)
    {
        var indices = Enumerable.Range(0, count).ToArray();
        var random = RandomStream.For(seed, RandomPurpose.Preview);
        random.Shuffle<int>(indices);
        return indices.Take(rows).Order();
    }

    private static void Check(string path, AugmentationOptions options, int rows, int columns)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 2);
    }

    private static void Save(string path, ImageStore store, bool isByte, AugmentationOptions options, int columns, int seed, string parameterName)
    {
        if (store.Count == 0)
        {
            throw new ArgumentException("There are no images to show.", parameterName);
        }

        var sheet = new ContactSheet(store.Shape, store.Count, columns);
        TorchRuntime.EnsureLoaded();
        var augmenter = new ImageAugmenter(options, store.Spatial);
        var image = new float[store.ImageLength];
        for (var row = 0; row < store.Count; row++)
        {
            store.CopyTo(row, image);
            var range = isByte ? (0f, 255f) : DisplayRange.Of(image);
            sheet.Draw(row, 0, image, range);
            for (var column = 1; column < columns; column++)
            {
                using var scope = NewDisposeScope();
                var original = tensor(image, [1, .. store.Shape.Select(length => (long)length)]);
                var version = augmenter.Apply(original, [RandomStream.For(seed, RandomPurpose.Augmentation, column, row)]);
                sheet.Draw(row, column, version.contiguous().data<float>().ToArray(), range);
            }
        }

        PngFile.Write(path, sheet.Pixels, sheet.Width, sheet.Height);
    }
}
