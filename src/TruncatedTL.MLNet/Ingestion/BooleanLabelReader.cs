using Microsoft.ML;
using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Boolean label: class 0 is false, class 1 is true.</summary>
internal sealed class BooleanLabelReader : LabelReader
{
    public override int CountClasses(DataViewSchema.Column label) =>
        label.Type is BooleanDataViewType ? 2 : throw Mismatch(label, "Boolean");

    public override IReadOnlyList<string> ClassNames(DataViewSchema.Column label) => ["False", "True"];

    public override Func<int> ClassGetter(DataViewRow row, DataViewSchema.Column label)
    {
        var getter = row.GetGetter<bool>(label);
        return () =>
        {
            var value = false;
            getter(ref value);
            return value ? 1 : 0;
        };
    }
}
