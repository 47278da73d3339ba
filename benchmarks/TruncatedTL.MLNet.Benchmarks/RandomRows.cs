using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Rows of 8-bit images of noise with a yes-or-no label, made while they are read: they take no memory.</summary>
internal static class RandomRows
{
    /// <summary>A view of them.</summary>
    /// <param name="context">The context.</param>
    /// <param name="count">Rows.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="size">Its side.</param>
    public static IDataView View(MLContext context, int count, int channels, int size)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, channels, size, size);
        return context.Data.LoadFromEnumerable(Rows(count, channels * size * size), schema);
    }

    /// <summary>The pixels of a row.</summary>
    public static byte[] Image(int row, int length)
    {
        var image = new byte[length];
        new Random(row).NextBytes(image);
        return image;
    }

    private static IEnumerable<Row> Rows(int count, int length) =>
        Enumerable.Range(0, count).Select(row => new Row { Image = Image(row, length), Label = row % 2 == 1 });

    private sealed class Row
    {
        public byte[] Image { get; init; } = [];

        public bool Label { get; init; }
    }
}
