using Microsoft.ML;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>Reads class indices from a label column of one type.</summary>
internal abstract class LabelReader
{
    /// <summary>Number of classes, 2 for a Boolean label.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The label column cannot be trained on.</exception>
    public abstract int CountClasses(DataViewSchema.Column label);

    /// <summary>Class names in the order of the classes.</summary>
    public abstract IReadOnlyList<string> ClassNames(DataViewSchema.Column label);

    /// <summary>A getter of class indices from 0; -1 for a missing label.</summary>
    public abstract Func<int> ClassGetter(DataViewRow row, DataViewSchema.Column label);

    /// <summary>The exception for a label column of the wrong type, worded as ML.NET's own.</summary>
    protected static ArgumentOutOfRangeException Mismatch(DataViewSchema.Column label, string expected) =>
        new("inputSchema", $"Schema mismatch for label column '{label.Name}': expected {expected}, got {label.Type}");
}
