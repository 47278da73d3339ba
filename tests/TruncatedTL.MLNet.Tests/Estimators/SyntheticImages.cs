using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>A task that a tiny network learns in seconds: the class says which quarter of the image is bright.</summary>
internal static class SyntheticImages
{
    public const int Size = 16;

    public static readonly string[] ClassNames = ["upper left", "upper right", "lower left", "lower right"];

    /// <summary>
    /// Rows with a text label "Class", a Boolean "Positive", a key "Label" and an image vector [channels, Size, Size]; a share of the labels may be that of
    /// the next class.
    /// </summary>
    public static IDataView View(
        MLContext context,
        int count,
        int classes = 2,
        int channels = 1,
        int seed = 1,
        bool asBytes = true,
        float scale = 1,
        int size = Size,
        string imageColumnName = "Image",
        double mislabelled = 0)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, count).Select(i =>
        {
            var label = i % classes;
            var pixels = Pixels(label, channels, size, random);
            label = mislabelled > 0 && random.NextDouble() < mislabelled ? (label + 1) % classes : label;
            return new Row
            {
                Class = ClassNames[label],
                Positive = label == 1,
                Group = i / 2,
                Patient = $"patient {i / 2}",
                Bytes = pixels,
                Singles = pixels.Select(p => p * scale).ToArray(),
            };
        }).ToArray();
        var definition = SchemaDefinition.Create(typeof(Row));
        var kept = asBytes ? nameof(Row.Bytes) : nameof(Row.Singles);
        definition.Remove(definition[asBytes ? nameof(Row.Singles) : nameof(Row.Bytes)]);
        definition[kept].ColumnType = new VectorDataViewType(asBytes ? NumberDataViewType.Byte : NumberDataViewType.Single, channels, size, size);
        definition[kept].ColumnName = imageColumnName;
        var view = context.Data.LoadFromEnumerable(rows, definition);
        var names = context.Data.LoadFromEnumerable(ClassNames.Take(classes).Select(name => new Name { Class = name }));
        return context.Transforms.Conversion.MapValueToKey("Label", "Class", keyData: names).Fit(view).Transform(view);
    }

    public static byte[] Pixels(int label, int channels, int size, Random random)
    {
        var pixels = new byte[channels * size * size];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = (i / size % size, i % size);
            var bright = (2 * y / size * 2) + (2 * x / size) == label;
            pixels[i] = (byte)((bright ? 150 : 60) + random.Next(50));
        }

        return pixels;
    }

    internal sealed class Row
    {
        public string Class { get; set; } = string.Empty;

        public bool Positive { get; set; }

        public float Group { get; set; }

        public string Patient { get; set; } = string.Empty;

        public byte[] Bytes { get; set; } = [];

        public float[] Singles { get; set; } = [];
    }

    private sealed class Name
    {
        public string Class { get; set; } = string.Empty;
    }
}
