using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet;

/// <summary>Explanations of a row of an <see cref="IDataView"/>.</summary>
/// <remarks>
/// The size of the image is the column's. Images whose size only their file knows are shown as the model sees them: fitted whole into the network's
/// size, with a border where their proportions differ.
/// </remarks>
public static class ImageExplainerExtensions
{
    /// <summary>Grad-CAM for the image of one row; see <see cref="ImageExplainer.GradCam(ReadOnlySpan{float}, GradCamOptions)"/>.</summary>
    /// <param name="explainer">The network.</param>
    /// <param name="data">The rows; images held in memory are not consumed.</param>
    /// <param name="imageColumnName">The column of images, as the trainers take it.</param>
    /// <param name="row">Which row, from 0.</param>
    /// <param name="options">What to look at; null for the predicted class at the cut. Its ImageSize is not used.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or holds no such images, or there is no such row.</exception>
    /// <exception cref="TrainingDataException">The row has no image, or one that cannot be read or has a value that is not a number.</exception>
    public static Explanation GradCam(this ImageExplainer explainer, IDataView data, string imageColumnName, long row = 0, GradCamOptions? options = null)
    {
        var (pixels, size) = Read(explainer, data, imageColumnName, row);
        return explainer.GradCam(pixels, new GradCamOptions
        {
            ClassName = options?.ClassName,
            ImageSize = size,
            Unit = options?.Unit,
            Weighting = options?.Weighting ?? GradientWeighting.ByHead,
        });
    }

    /// <summary>Occlusion for the image of one row; see <see cref="ImageExplainer.Occlusion(ReadOnlySpan{float}, OcclusionOptions)"/>.</summary>
    /// <param name="explainer">The network.</param>
    /// <param name="data">The rows; images held in memory are not consumed.</param>
    /// <param name="imageColumnName">The column of images, as the trainers take it.</param>
    /// <param name="row">Which row, from 0.</param>
    /// <param name="options">What to cover; null for the defaults. Its ImageSize is not used.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or holds no such images, there is no such row, or an option is out of its range.</exception>
    /// <exception cref="TrainingDataException">The row has no image, or one that cannot be read or has a value that is not a number.</exception>
    public static Explanation Occlusion(this ImageExplainer explainer, IDataView data, string imageColumnName, long row = 0, OcclusionOptions? options = null)
    {
        var (pixels, size) = Read(explainer, data, imageColumnName, row);
        options ??= new OcclusionOptions();
        return explainer.Occlusion(pixels, new OcclusionOptions
        {
            ClassName = options.ClassName,
            ImageSize = size,
            PatchSize = options.PatchSize,
            Stride = options.Stride,
            Fill = options.Fill,
            BatchSize = options.BatchSize,
            CancellationToken = options.CancellationToken,
        });
    }

    private static (float[] Pixels, IReadOnlyList<int> Size) Read(ImageExplainer explainer, IDataView data, string imageColumnName, long row)
    {
        ArgumentNullException.ThrowIfNull(explainer);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrWhiteSpace(imageColumnName);
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ImageInput.CheckShape(SchemaProbe.ShapeOf(data), imageColumnName);
        var context = new MLContext(seed: 1);
        var isOfUnknownSize = data.Schema[imageColumnName].Type is ImageDataViewType { Height: <= 0 };
        var input = ImageInput.From(data.Schema, imageColumnName, isOfUnknownSize ? explainer.InputSize : null, explainer.InputSize.Count, defaultSize: 1);
        var one = context.Data.TakeRows(row == 0 ? data : context.Data.SkipRows(data, row), 1);
        using var decoder = PixelDecoder.Create(context, one, input, "TruncatedTL.Explained");
        var store = PixelColumn.ReadFirst(one, decoder, input, 1);
        if (store.Count == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(row), row, "There are fewer rows.");
        }

        var pixels = new float[store.ImageLength];
        store.CopyTo(0, pixels);
        return (pixels, input.NetworkSpatial);
    }
}
