using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Key label with a known number of values: the classes are the key's values in their order, whether rows have them or not.</summary>
internal sealed class KeyLabelReader : LabelReader
{
    public override int CountClasses(DataViewSchema.Column label)
    {
        if (label.Type is not KeyDataViewType key || key.RawType != typeof(uint))
        {
            throw Mismatch(label, "a key of UInt32 (use MapValueToKey)");
        }

        return key.Count is >= 2 and <= int.MaxValue
            ? (int)key.Count
            : throw Mismatch(label, "a key with at least two values");
    }

    public override IReadOnlyList<string> ClassNames(DataViewSchema.Column label)
    {
        var names = Enumerable.Range(0, CountClasses(label)).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToArray();
        if (label.Annotations.Schema.GetColumnOrNull("KeyValues") is { Type: VectorDataViewType { ItemType: TextDataViewType } })
        {
            VBuffer<ReadOnlyMemory<char>> values = default;
            label.GetKeyValues(ref values);
            foreach (var (index, value) in values.Items())
            {
                names[index] = value.ToString();
            }
        }

        return names;
    }

    public override Action<Span<int>> LabelGetter(DataViewRow row, DataViewSchema.Column label)
    {
        var getter = row.GetGetter<uint>(label);
        return labels =>
        {
            uint key = 0;
            getter(ref key);
            labels[0] = (int)key - 1;
        };
    }
}
