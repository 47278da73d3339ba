using Microsoft.ML;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Ingestion;

namespace TruncatedTL.MLNet;

/// <summary>Reads the classes of validation rows in the order of a model's classes.</summary>
internal static class ValidationLabels
{
    /// <summary>Reads the label column; keys are matched to the model's classes by name, whatever their order is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The label column is missing or of another type.</exception>
    /// <exception cref="CalibrationException">A row has no label, or one that is not a class of the model.</exception>
    public static int[] Read(IDataView validation, ScoringAssembly assembly, IReadOnlyList<string> classNames) =>
        Read(validation, assembly.LabelColumnName, assembly.Labels, classNames, message => new CalibrationException(message));

    /// <summary>Reads the label column; keys are matched to the classes by name, whatever their order is.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="labelColumnName">The label column.</param>
    /// <param name="reader">Reads it.</param>
    /// <param name="classNames">The classes.</param>
    /// <param name="error">The exception for a row without a label, or with one that is not among the classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label column is missing or of another type.</exception>
    public static int[] Read(IDataView rows, string labelColumnName, LabelReader reader, IReadOnlyList<string> classNames, Func<string, Exception> error)
    {
        var label = RequiredColumn.Find(rows, labelColumnName, "label");
        reader.CountClasses(label);
        var names = reader.ClassNames(label);

        // True is the positive class whatever it is called.
        int[] classOfLabel = reader is BooleanLabelReader ? [0, 1] : [.. names.Select(name => classNames.ToList().IndexOf(name))];
        var labels = new List<int>();
        using var cursor = rows.GetRowCursor([label]);
        var read = reader.ClassGetter(cursor, label);
        while (cursor.MoveNext())
        {
            var value = read();
            if (value < 0)
            {
                throw error($"Row {labels.Count} has no label in column '{label.Name}'. Give every row a label or leave the row out.");
            }

            labels.Add(classOfLabel[value] >= 0
                ? classOfLabel[value]
                : throw error($"The label '{names[value]}' of row {labels.Count} is not one of the model's classes: {string.Join(", ", classNames)}."));
        }

        return [.. labels];
    }
}
