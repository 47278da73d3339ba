using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Several labels a row: a known-size vector of Single, 1 for yes, 0 for no, NaN for unknown. The slot names are the names of the findings.</summary>
internal sealed class MultiLabelReader : LabelReader
{
    public override bool IsMultiLabel => true;

    public override int CountClasses(DataViewSchema.Column label) =>
        label.Type is VectorDataViewType { ItemType: NumberDataViewType item, Size: > 0 } vector && item == NumberDataViewType.Single
            ? vector.Size
            : throw Mismatch(label, "known-size vector of Single");

    public override IReadOnlyList<string> ClassNames(DataViewSchema.Column label)
    {
        var names = Enumerable.Range(0, CountClasses(label)).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToArray();
        if (label.HasSlotNames())
        {
            VBuffer<ReadOnlyMemory<char>> slots = default;
            label.GetSlotNames(ref slots);
            foreach (var (index, value) in slots.Items())
            {
                names[index] = value.ToString();
            }
        }

        return names;
    }

    public override Action<Span<int>> LabelGetter(DataViewRow row, DataViewSchema.Column label)
    {
        var getter = row.GetGetter<VBuffer<float>>(label);
        VBuffer<float> buffer = default;
        return labels =>
        {
            getter(ref buffer);

            // Where a sparse vector has no value it has a zero, which means no.
            labels.Clear();
            foreach (var (index, value) in buffer.Items())
            {
                labels[index] = value switch
                {
                    1 => 1,
                    0 => 0,
                    float.NaN => TrainingSet.Unknown,
                    _ => throw new TrainingDataException(
                        $"Row {row.Position}: finding {index} in column '{label.Name}' is {value.ToString(CultureInfo.InvariantCulture)}; expected 1 (yes), 0 (no) or NaN (unknown).",
                        row.Position),
                };
            }
        };
    }
}
