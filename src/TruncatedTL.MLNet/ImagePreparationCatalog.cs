using Microsoft.ML;
using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet;

/// <summary>Image preparation on ML.NET's transforms catalog. A catalog does not give its context to packages outside ML.NET, so the method takes the <see cref="MLContext"/> once more.</summary>
public static class ImagePreparationCatalog
{
    /// <summary>Prepares a column of pixels by a graph that is saved with the model: intensity range, resizing, padding, channels.</summary>
    /// <param name="catalog">The transforms of <paramref name="mlContext"/>.</param>
    /// <param name="mlContext">The context that logs and saves.</param>
    /// <param name="outputColumnName">Name of the prepared column.</param>
    /// <param name="inputColumnName">Name of the column of pixels, <c>Vector&lt;Byte or Single, C, H, W&gt;</c> or <c>&lt;C, D, H, W&gt;</c>; null for the output's name.</param>
    /// <param name="preparation">
    /// What to do. A column knows neither a spacing nor a window of its own nor which of its values are meant to be white: a spacing, the file's window
    /// and percentiles are refused, and nothing is inverted. Where the column comes from this library's file loaders, what they have done is done;
    /// this is done in addition.
    /// </param>
    /// <exception cref="ArgumentException">The preparation asks for something that only a file can answer.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.PrepareImages(
    ///     mlContext, "Prepared", "HounsfieldUnits", new ImagePreparation([224, 224], channels: 3) { Intensity = ImageIntensity.CtLung });
    /// </code>
    /// </example>
    public static ImagePreparationEstimator PrepareImages(
        this TransformsCatalog catalog,
        MLContext mlContext,
        string outputColumnName,
        string? inputColumnName,
        ImagePreparation preparation)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new ImagePreparationEstimator(mlContext, outputColumnName, inputColumnName, preparation);
    }
}
