using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Splitting;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Takes the fingerprints of an image column, one row in memory at a time.</summary>
internal static class ImageFingerprints
{
    /// <summary>The fingerprint of each row.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="imageColumnName"><c>MLImage</c>, or a vector of Byte or Single with the dimensions [C, H, W] or [C, D, H, W].</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    /// <exception cref="ImageDataException">A row has no image.</exception>
    public static ImageFingerprint[] Read(IDataView view, string imageColumnName)
    {
        var column = ColumnText.Find(view, "image", imageColumnName);
        var fingerprints = new List<ImageFingerprint>();
        using var cursor = view.GetRowCursor([column]);
        Func<ImageFingerprint> read = column.Type switch
        {
            ImageDataViewType => OfImages(cursor, column),
            VectorDataViewType { ItemType: NumberDataViewType item, Dimensions.Length: 3 or 4 } type when item == NumberDataViewType.Byte =>
                OfVectors<byte>(cursor, column, type, ImageFingerprint.Create),
            VectorDataViewType { ItemType: NumberDataViewType item, Dimensions.Length: 3 or 4 } type when item == NumberDataViewType.Single =>
                OfVectors<float>(cursor, column, type, ImageFingerprint.Create),
            _ => throw new ArgumentOutOfRangeException("inputSchema", $"Schema mismatch for image column '{imageColumnName}': expected Image, or Vector<Byte or Single, C, (D,) H, W>, got {column.Type}"),
        };
        while (cursor.MoveNext())
        {
            fingerprints.Add(read());
        }

        return [.. fingerprints];
    }

    private delegate ImageFingerprint Create<T>(ReadOnlySpan<T> values, IReadOnlyList<int> shape);

    private static Func<ImageFingerprint> OfVectors<T>(DataViewRowCursor cursor, DataViewSchema.Column column, VectorDataViewType type, Create<T> create)
    {
        var getter = cursor.GetGetter<VBuffer<T>>(column);
        VBuffer<T> value = default;
        int[] shape = [.. type.Dimensions];
        return () =>
        {
            getter(ref value);
            return value.Length == type.Size
                ? create(value.IsDense ? value.GetValues() : value.DenseValues().ToArray(), shape)
                : throw new ImageDataException($"Row {cursor.Position} has no image in column '{column.Name}', or one of another size than the column's.");
        };
    }

    private static Func<ImageFingerprint> OfImages(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var getter = cursor.GetGetter<MLImage>(column);
        MLImage? image = null;
        return () =>
        {
            // Only looked at: a loader frees the image with the next one, and one from a list of rows stays the user's.
            getter(ref image!);
            return image is null
                ? throw new ImageDataException($"Row {cursor.Position} has no image in column '{column.Name}'.")
                : OfPixels(image.Pixels, image.Height, image.Width);
        };
    }

    // ML.NET keeps the four bytes of a pixel together. Opacity says nothing of what is seen.
    private static ImageFingerprint OfPixels(ReadOnlySpan<byte> pixels, int height, int width)
    {
        var plane = height * width;
        var values = new byte[3 * plane];
        for (var i = 0; i < plane; i++)
        {
            values[i] = pixels[4 * i];
            values[plane + i] = pixels[4 * i + 1];
            values[2 * plane + i] = pixels[4 * i + 2];
        }

        return ImageFingerprint.Create(values, [3, height, width]);
    }
}
