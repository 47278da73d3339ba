using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Tool.Data;

/// <summary>The rows of a task with the columns Image and Label, divided.</summary>
/// <param name="Name">What the data are called.</param>
/// <param name="IsBinary">Whether the label is Boolean; otherwise it is a text.</param>
/// <param name="Train">Rows to train on.</param>
/// <param name="Validation">Rows to choose by; null where there are none.</param>
/// <param name="Test">Rows to evaluate on.</param>
/// <param name="GroupColumn">Name of the column with the patient; null where it is not known.</param>
/// <param name="InputSize">The size that networks work on; null for the images' own or that of the weights.</param>
/// <param name="Skipped">Number of files that could not be read and were left out.</param>
internal sealed record ImageTask(string Name, bool IsBinary, IDataView Train, IDataView? Validation, IDataView Test, string? GroupColumn, IReadOnlyList<int>? InputSize, int Skipped)
{
    /// <summary>The division of files; null for data that bring their own parts.</summary>
    public TrainValidationTestData? Division { get; init; }

    /// <summary>Axes of an image: 2, or 3 for volumes.</summary>
    public int Axes => Train.Schema["Image"].Type is VectorDataViewType { Dimensions: { Length: 4 } } ? 3 : 2;

    /// <summary>The same rows with the label as a key, whose values are the names of the training rows in their order; a Boolean label stays.</summary>
    public ImageTask WithKeys(MLContext context)
    {
        if (IsBinary)
        {
            return this;
        }

        var keys = context.Transforms.Conversion
            .MapValueToKey("Label", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(Train);
        return this with { Train = keys.Transform(Train), Validation = Validation is null ? null : keys.Transform(Validation), Test = keys.Transform(Test) };
    }
}
