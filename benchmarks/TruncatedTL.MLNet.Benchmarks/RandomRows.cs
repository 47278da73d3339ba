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

    /// <summary>A view of one row for each of many classes, whose label is a key.</summary>
    public static IDataView ViewOfClasses(MLContext context, int classes, int channels, int size)
    {
        var schema = SchemaDefinition.Create(typeof(ClassRow));
        schema[nameof(ClassRow.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, channels, size, size);
        schema[nameof(ClassRow.Label)].ColumnType = new KeyDataViewType(typeof(uint), classes);
        return context.Data.LoadFromEnumerable(
            Enumerable.Range(0, classes).Select(row => new ClassRow { Image = Image(row, channels * size * size), Label = (uint)row }), schema);
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

    private sealed class ClassRow
    {
        public byte[] Image { get; init; } = [];

        public uint Label { get; init; }
    }
}
