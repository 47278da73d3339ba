using Microsoft.ML;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Reads class indices from a label column of one type.</summary>
internal abstract class LabelReader
{
    /// <summary>Whether a row has a yes or no for each of several findings instead of one class.</summary>
    public virtual bool IsMultiLabel => false;

    /// <summary>Number of classes, 2 for a Boolean label.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The label column cannot be trained on.</exception>
    public abstract int CountClasses(DataViewSchema.Column label);

    /// <summary>Class names in the order of the classes.</summary>
    public abstract IReadOnlyList<string> ClassNames(DataViewSchema.Column label);

    /// <summary>A getter of the row's class index from 0, or -1 for a missing label; multi-label, of one value a finding: 1, 0, or -1 for unknown.</summary>
    public abstract Action<Span<int>> LabelGetter(DataViewRow row, DataViewSchema.Column label);

    /// <summary>A getter of the row's one class index from 0; -1 for a missing label.</summary>
    public Func<int> ClassGetter(DataViewRow row, DataViewSchema.Column label)
    {
        var read = LabelGetter(row, label);
        var classes = new int[1];
        return () =>
        {
            read(classes);
            return classes[0];
        };
    }

    /// <summary>The exception for a label column of the wrong type, worded as ML.NET's own.</summary>
    protected static ArgumentOutOfRangeException Mismatch(DataViewSchema.Column label, string expected) =>
        new("inputSchema", $"Schema mismatch for label column '{label.Name}': expected {expected}, got {label.Type}");
}
