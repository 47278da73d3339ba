using FsCheck;
using FsCheck.Fluent;
using TruncatedTL.MLNet.Weights;
using TruncatedTL.MLNet.Weights.Safetensors;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>Random weights files: all element types, ranks 0 to 4, empty dimensions, any Unicode names.</summary>
public static class WeightsFileGenerator
{
    private static readonly string[] Alphabet =
        ["a", "B", "7", ".", "_", " ", "\"", "\\", "/", "\n", "\0", "\u007f", "é", "Ω", "層", "\u2028", "😀", "<", "&", "\u200d"];

    public static Arbitrary<WeightsFile> WeightsFiles() => Arb.From(
        from tensors in Gen.ListOf(NamedTensor())
        from metadata in Gen.ListOf(Pair(Text(), Text()))
        select new WeightsFile(
            Distinct(tensors),
            Distinct(metadata)));

    private static Gen<KeyValuePair<string, TensorData>> NamedTensor() =>
        from name in Text()
        from elementType in Gen.Elements(Enum.GetValues<TensorElementType>())
        from rank in Gen.Choose(0, 4)
        from shape in Gen.ArrayOf(Gen.Choose(0, 4), rank)
        from bytes in Gen.ArrayOf(Gen.Choose(0, 255), shape.Aggregate(1, (product, dimension) => product * dimension) * elementType.SizeBytes())
        select KeyValuePair.Create(
            name,
            new TensorData(elementType, [.. shape.Select(dimension => (long)dimension)], bytes.Select(value => (byte)value).ToArray()));

    private static Gen<string> Text() =>
        from parts in Gen.ListOf(Gen.Elements(Alphabet))
        select string.Concat(parts);

    private static Gen<KeyValuePair<string, string>> Pair(Gen<string> key, Gen<string> value) =>
        from left in key
        from right in value
        select KeyValuePair.Create(left, right);

    private static OrderedDictionary<string, T> Distinct<T>(IEnumerable<KeyValuePair<string, T>> items)
    {
        var result = new OrderedDictionary<string, T>();
        foreach (var (key, value) in items.Where(item => item.Key != SafetensorsFormat.MetadataKey))
        {
            result.TryAdd(key, value);
        }

        return result;
    }
}
