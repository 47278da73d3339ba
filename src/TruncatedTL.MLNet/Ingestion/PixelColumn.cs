using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Reads decoded pixels, of bytes or float32, into a store.</summary>
internal static class PixelColumn
{
    /// <summary>Reads the first rows.</summary>
    /// <param name="view">The user's rows; images held in memory are copied, not consumed.</param>
    /// <param name="decoder">What turns the user's image column into pixels.</param>
    /// <param name="input">The image column.</param>
    /// <param name="count">How many rows at most.</param>
    /// <exception cref="TrainingDataException">A row has no image or a pixel that is not a number.</exception>
    public static ImageStore ReadFirst(IDataView view, PixelDecoder decoder, ImageInput input, int count)
    {
        var readable = input.IsImage ? new CloningImageView(view, input.ImageColumnName) : view;
        var decoded = decoder.Transformer?.Transform(readable) ?? readable;
        var column = decoded.Schema[decoder.PixelColumnName];
        var store = new ImageStore([input.Channels, .. input.NetworkSpatial]);
        using var cursor = decoded.GetRowCursor([column]);
        var read = Reader(cursor, column, store);
        while (store.Count < count && cursor.MoveNext())
        {
            read();
        }

        return store;
    }

    /// <summary>What appends the image of the cursor's present row to a store.</summary>
    /// <param name="cursor">The cursor, in which the column is active.</param>
    /// <param name="column">The column of pixels.</param>
    /// <param name="store">Where to.</param>
    /// <returns>An action that throws <see cref="TrainingDataException"/>, which names the row, where the image cannot be read.</returns>
    public static Action Reader(DataViewRowCursor cursor, DataViewSchema.Column column, ImageStore store)
    {
        var append = Appender(cursor, column, store);
        return () =>
        {
            try
            {
                append();
            }
            catch (Exception exception) when (exception is not (TrainingDataException or OperationCanceledException))
            {
                // Decoders fail in many ways; which row it was is what the user needs to know.
                throw new TrainingDataException($"The image of row {cursor.Position} could not be read: {exception.Message}", cursor.Position, exception);
            }
        };
    }

    private static Action Appender(DataViewRowCursor cursor, DataViewSchema.Column column, ImageStore store)
    {
        if (((VectorDataViewType)column.Type).ItemType == NumberDataViewType.Byte)
        {
            var bytes = cursor.GetGetter<VBuffer<byte>>(column);
            VBuffer<byte> buffer = default;
            return () =>
            {
                bytes(ref buffer);
                store.Append(Dense(buffer));
            };
        }

        var singles = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> values = default;
        return () =>
        {
            singles(ref values);
            store.Append(Dense(values));
        };
    }

    private static ReadOnlySpan<T> Dense<T>(in VBuffer<T> buffer) => buffer.IsDense ? buffer.GetValues() : buffer.DenseValues().ToArray();
}
