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
    public static int[] Read(IDataView validation, ScoringAssembly assembly, IReadOnlyList<string> classNames)
    {
        var label = RequiredColumn.Find(validation, assembly.LabelColumnName, "label");
        assembly.Labels.CountClasses(label);
        var names = assembly.Labels.ClassNames(label);
        var classOfLabel = names.Select(name => classNames.ToList().IndexOf(name)).ToArray();
        var labels = new List<int>();
        using var cursor = validation.GetRowCursor([label]);
        var read = assembly.Labels.ClassGetter(cursor, label);
        while (cursor.MoveNext())
        {
            var value = read();
            if (value < 0)
            {
                throw new CalibrationException($"Row {labels.Count} has no label in column '{label.Name}'. Give every row a label or leave the row out.");
            }

            labels.Add(classOfLabel[value] >= 0
                ? classOfLabel[value]
                : throw new CalibrationException($"The label '{names[value]}' of row {labels.Count} is not one of the model's classes: {string.Join(", ", classNames)}."));
        }

        return [.. labels];
    }
}
