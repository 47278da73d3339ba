using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Boolean label: class 0 is false, class 1 is true. Their names are those that the column says, see <see cref="ClassNameAnnotation"/>.</summary>
internal sealed class BooleanLabelReader : LabelReader
{
    public override int CountClasses(DataViewSchema.Column label) =>
        label.Type is BooleanDataViewType ? 2 : throw Mismatch(label, "Boolean");

    public override IReadOnlyList<string> ClassNames(DataViewSchema.Column label) => ClassNameAnnotation.Read(label) ?? ["False", "True"];

    public override Action<Span<int>> LabelGetter(DataViewRow row, DataViewSchema.Column label)
    {
        var getter = row.GetGetter<bool>(label);
        return labels =>
        {
            var value = false;
            getter(ref value);
            labels[0] = value ? 1 : 0;
        };
    }
}
