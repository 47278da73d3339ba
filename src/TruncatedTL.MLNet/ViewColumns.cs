using Microsoft.ML.Data;
using TruncatedTL.MLNet.Ingestion;

namespace TruncatedTL.MLNet;

/// <summary>What the loaders have in common about the columns of their views.</summary>
internal static class ViewColumns
{
    /// <summary>Fails if a column name is blank or two are the same.</summary>
    public static void RequireDistinct(params ReadOnlySpan<string> names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(names[i], nameof(names));
            if (names[..i].Contains(names[i]))
            {
                throw new ArgumentException($"Two columns are called '{names[i]}'.", nameof(names));
            }
        }
    }

    /// <summary>Which of two classes is the positive one; null where none is named and the label is text.</summary>
    public static int? FindPositiveClass(IReadOnlyList<string> classNames, string? positiveClassName)
    {
        if (positiveClassName is null)
        {
            return null;
        }

        if (classNames.Count != 2)
        {
            throw new ArgumentException($"A Boolean label needs exactly two classes; there are {classNames.Count}.", nameof(positiveClassName));
        }

        return classNames[0] == positiveClassName ? 0
            : classNames[1] == positiveClassName ? 1
            : throw new ArgumentException($"There is no class '{positiveClassName}'; the classes are '{classNames[0]}' and '{classNames[1]}'.", nameof(positiveClassName));
    }

    /// <summary>Gives a member of a row class its column's name and type.</summary>
    public static SchemaDefinition.Column Configure(SchemaDefinition schema, string memberName, string columnName, DataViewType type)
    {
        var column = schema.Single(candidate => candidate.MemberName == memberName);
        column.ColumnName = columnName;
        column.ColumnType = type;
        return column;
    }

    /// <summary>Gives the label member its column's name and type: text, or Boolean with the names of its two values where there is a positive class.</summary>
    public static void ConfigureLabel(SchemaDefinition schema, string memberName, string columnName, IReadOnlyList<string> classNames, int? positiveClass)
    {
        var column = Configure(schema, memberName, columnName, positiveClass is null ? TextDataViewType.Instance : BooleanDataViewType.Instance);
        if (positiveClass is { } positive)
        {
            ClassNameAnnotation.Attach(column, classNames, positive);
        }
    }
}
