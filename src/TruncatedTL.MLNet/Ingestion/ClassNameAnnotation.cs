using Microsoft.ML.Data;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>
/// How a Boolean label column says what its two values are called: an annotation with the name of the negative and of the positive class. A model that is trained on the column then speaks of
/// the classes by their names.
/// </summary>
internal static class ClassNameAnnotation
{
    /// <summary>The annotation's kind.</summary>
    public const string Kind = "TruncatedTL.ClassNames";

    /// <summary>Annotates a column that is being defined.</summary>
    /// <param name="column">The label column.</param>
    /// <param name="classNames">The two classes, in any order.</param>
    /// <param name="positiveClass">Index of the class whose label is true.</param>
    public static void Attach(SchemaDefinition.Column column, IReadOnlyList<string> classNames, int positiveClass)
    {
        ReadOnlyMemory<char>[] names = [classNames[1 - positiveClass].AsMemory(), classNames[positiveClass].AsMemory()];
        column.AddAnnotation(Kind, new VBuffer<ReadOnlyMemory<char>>(names.Length, names), new VectorDataViewType(TextDataViewType.Instance, names.Length));
    }

    /// <summary>The names of the negative and the positive class; null where the column does not say.</summary>
    public static IReadOnlyList<string>? Read(Microsoft.ML.DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(Kind) is not { Type: VectorDataViewType { ItemType: TextDataViewType, Size: 2 } })
        {
            return null;
        }

        VBuffer<ReadOnlyMemory<char>> names = default;
        column.Annotations.GetValue(Kind, ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
