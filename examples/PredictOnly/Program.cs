// Loads a model .zip in an app that knows nothing of TruncatedTL.MLNet, and predicts.
//
//   dotnet run --project examples/PredictOnly -- model.zip pixels.raw
//
// pixels.raw holds the raw values of one or more images in the shape the model was trained on: bytes, or little-endian
// 32-bit floats, channel by channel and row by row. Load only models from sources you trust.
//
// Output, one line an image:
//   image 0: True  (0.9134)
//   image 1: False (0.0271)
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: PredictOnly MODEL.zip PIXELS.raw");
    return 2;
}

var context = new MLContext();
var model = context.Model.Load(args[0], out var inputSchema);
var image = inputSchema.First(column => column.Type is VectorDataViewType { Dimensions.Length: >= 3 });
var pixels = File.ReadAllBytes(args[1]);
var rows = ((VectorDataViewType)image.Type).ItemType == NumberDataViewType.Byte
    ? Rows<byte>(pixels)
    : Rows<float>(MemoryMarshal.Cast<byte, float>(pixels).ToArray());

// The label is not needed to predict; Transform adds Score and PredictedLabel to whatever columns there are.
var scored = model.Transform(rows);
var scores = scored.Schema["Score"].Type is VectorDataViewType
    ? scored.GetColumn<float[]>("Score").ToArray()
    : scored.GetColumn<float>("Probability").Select(p => new[] { p }).ToArray();
var labels = Labels(scored).ToArray();
for (var i = 0; i < scores.Length; i++)
{
    var values = string.Join(", ", scores[i].Select(s => s.ToString("0.0000", CultureInfo.InvariantCulture)));
    Console.WriteLine($"image {i}: {labels[i],-5} ({values})");
}

return 0;

IDataView Rows<T>(T[] values)
    where T : unmanaged
{
    var type = (VectorDataViewType)image.Type;
    if (values.Length == 0 || values.Length % type.Size != 0)
    {
        throw new InvalidDataException($"The model reads images of {string.Join(" x ", type.Dimensions)} values; the file holds {values.Length} values.");
    }

    var definition = SchemaDefinition.Create(typeof(Row<T>));
    definition[nameof(Row<>.Pixels)].ColumnType = type;
    definition[nameof(Row<>.Pixels)].ColumnName = image.Name;
    return context.Data.LoadFromEnumerable(values.Chunk(type.Size).Select(chunk => new Row<T> { Pixels = chunk }), definition);
}

static IEnumerable<string> Labels(IDataView scored)
{
    var column = scored.Schema["PredictedLabel"];
    if (column.Type is BooleanDataViewType)
    {
        return scored.GetColumn<bool>(column).Select(value => value.ToString());
    }

    VBuffer<ReadOnlyMemory<char>> names = default;
    column.GetKeyValues(ref names);
    var texts = names.DenseValues().Select(name => name.ToString()).ToArray();
    return scored.GetColumn<uint>(column).Select(key => texts[key - 1]);
}

internal sealed class Row<T>
{
    public T[] Pixels { get; set; } = [];
}
