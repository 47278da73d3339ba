using Microsoft.ML;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Reads a view once into the compact store that training runs from.</summary>
internal static class TrainingRows
{
    /// <summary>Decodes all rows.</summary>
    /// <param name="view">The user's rows; images held in memory are copied, not consumed.</param>
    /// <param name="pixels">What turns the user's image column into pixels at the network's size; null if they are that already.</param>
    /// <param name="input">The image column.</param>
    /// <param name="store">Takes the pixels; empty, for images as the network reads them.</param>
    /// <param name="pixelColumnName">Column with the decoded pixels, in the output of <paramref name="pixels"/>.</param>
    /// <param name="labelReader">Reads the labels.</param>
    /// <param name="labelColumnName">The label column.</param>
    /// <param name="exampleWeightColumnName">The weight column, or null.</param>
    /// <param name="cancellation">Checked at every row.</param>
    /// <exception cref="TrainingDataException">A row has no label, no image, a pixel that is not a number, or a bad weight.</exception>
    public static TrainingSet Read(
        IDataView view,
        ITransformer? pixels,
        ImageInput input,
        ImageStore store,
        string pixelColumnName,
        LabelReader labelReader,
        string labelColumnName,
        string? exampleWeightColumnName,
        CancellationToken cancellation)
    {
        var readable = input.IsImage ? new CloningImageView(view, input.ImageColumnName) : view;
        var decoded = pixels is null ? readable : pixels.Transform(readable);
        var schema = decoded.Schema;
        var pixelColumn = schema[pixelColumnName];
        var labelColumn = schema[labelColumnName];
        DataViewSchema.Column? weightColumn = exampleWeightColumnName is null ? null : schema[exampleWeightColumnName];
        var classNames = labelReader.ClassNames(labelColumn);
        var labels = new List<int>();
        var rowLabels = new int[labelReader.IsMultiLabel ? classNames.Count : 1];
        var weights = weightColumn is null ? null : new List<float>();
        IEnumerable<DataViewSchema.Column> needed = weightColumn is { } column ? [pixelColumn, labelColumn, column] : [pixelColumn, labelColumn];
        using (var cursor = decoded.GetRowCursor(needed))
        {
            var readLabel = labelReader.LabelGetter(cursor, labelColumn);
            var readPixels = PixelColumn.Reader(cursor, pixelColumn, store);
            var readWeight = weightColumn is { } present ? cursor.GetGetter<float>(present) : null;
            while (cursor.MoveNext())
            {
                cancellation.ThrowIfCancellationRequested();
                readLabel(rowLabels);
                labels.AddRange(rowLabels);
                if (!labelReader.IsMultiLabel && rowLabels[0] < 0)
                {
                    throw new TrainingDataException($"Row {cursor.Position} has no label in column '{labelColumnName}'. Give every row a label or leave the row out.", cursor.Position);
                }

                if (readWeight is not null)
                {
                    var weight = 0f;
                    readWeight(ref weight);
                    weights!.Add(weight);
                }

                readPixels();
            }
        }

        return labelReader.IsMultiLabel
            ? TrainingSet.MultiLabel(store, labels, classNames, weights)
            : new TrainingSet(store, labels, classNames, weights);
    }
}
