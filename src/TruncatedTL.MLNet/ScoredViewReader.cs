using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Ingestion;

namespace TruncatedTL.MLNet;

/// <summary>Reads what an evaluation needs from a scored <see cref="IDataView"/>.</summary>
internal static class ScoredViewReader
{
    public const string DefaultProbabilityColumnName = "Probability";
    public const string DefaultPredictedLabelColumnName = "PredictedLabel";

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="ArgumentException">A row cannot be evaluated.</exception>
    public static ScoredExamples ReadMulticlass(IDataView data, string labelColumnName, string scoreColumnName, string? groupColumnName, string? weightColumnName)
    {
        ArgumentNullException.ThrowIfNull(data);
        var label = RequiredColumn.Find(data, labelColumnName, "label");
        var score = RequiredColumn.Find(data, scoreColumnName, "score");
        if (score.Type is not VectorDataViewType { ItemType: NumberDataViewType { RawType: var item }, Size: >= 2 and var classCount } || item != typeof(float))
        {
            throw RequiredColumn.Mismatch(score, "score", "a vector of Single with at least two slots");
        }

        var labelReader = new KeyLabelReader();
        var labelCount = labelReader.CountClasses(label);
        var slotNames = ColumnNames.SlotNames(score);
        var labelNames = ColumnNames.KeyValues(label);
        var classNames = slotNames ?? (labelCount == classCount ? labelNames : null) ?? [.. Enumerable.Range(0, classCount).Select(c => $"{c}")];
        var classOfKey = ClassesOfKeys(labelNames, slotNames, labelCount, classCount);
        var group = new GroupReader(data, groupColumnName);
        var weight = new SingleColumn(data, weightColumnName, "weight");

        var labels = new List<int>();
        var scores = new List<double>();
        using var cursor = data.GetRowCursor([label, score, .. group.Columns, .. weight.Columns]);
        var getLabel = labelReader.ClassGetter(cursor, label);
        var getScore = cursor.GetGetter<VBuffer<float>>(score);
        group.Open(cursor);
        weight.Open(cursor);
        VBuffer<float> buffer = default;
        while (cursor.MoveNext())
        {
            var key = getLabel();
            if (key < 0 || classOfKey[key] < 0)
            {
                throw new ArgumentException(key < 0 ? $"Row {labels.Count} has no label." : $"The label '{labelNames?[key] ?? $"{key}"}' of row {labels.Count} is not one of the classes of the scores.", nameof(data));
            }

            labels.Add(classOfKey[key]);
            getScore(ref buffer);
            foreach (var value in buffer.DenseValues())
            {
                scores.Add(value);
            }

            group.ReadRow();
            weight.ReadRow();
        }

        return ScoredExamples.Multiclass(labels, scores, classNames, weight.Values, group.Values);
    }

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="ArgumentException">A row cannot be evaluated.</exception>
    public static ScoredExamples ReadBinary(
        IDataView data,
        string labelColumnName,
        string scoreColumnName,
        string? groupColumnName,
        string? weightColumnName,
        string probabilityColumnName,
        string predictedLabelColumnName,
        IReadOnlyList<string>? classNames)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (classNames is not null && classNames.Count != 2)
        {
            throw new ArgumentException($"A yes-or-no question has two classes, not {classNames.Count}.", nameof(classNames));
        }

        var label = RequiredColumn.Find(data, labelColumnName, "label");
        var labelReader = new BooleanLabelReader();
        labelReader.CountClasses(label);
        classNames ??= labelReader.ClassNames(label);
        var score = new SingleColumn(data, scoreColumnName, "score");
        var probability = new SingleColumn(data, IfPresent(data, probabilityColumnName, DefaultProbabilityColumnName), "probability");
        var group = new GroupReader(data, groupColumnName);
        var weight = new SingleColumn(data, weightColumnName, "weight");
        DataViewSchema.Column[] predicted = IfPresent(data, predictedLabelColumnName, DefaultPredictedLabelColumnName) is { } name ? [RequiredColumn.Find(data, name, "predicted label")] : [];
        if (predicted.Any(column => column.Type is not BooleanDataViewType))
        {
            throw RequiredColumn.Mismatch(predicted[0], "predicted label", "Boolean");
        }

        var labels = new List<bool>();
        var decisions = new List<bool>();
        using var cursor = data.GetRowCursor([label, .. score.Columns, .. probability.Columns, .. predicted, .. group.Columns, .. weight.Columns]);
        var getLabel = labelReader.ClassGetter(cursor, label);
        var getDecision = predicted.Length > 0 ? cursor.GetGetter<bool>(predicted[0]) : null;
        score.Open(cursor);
        probability.Open(cursor);
        group.Open(cursor);
        weight.Open(cursor);
        while (cursor.MoveNext())
        {
            labels.Add(getLabel() == 1);
            var decision = false;
            getDecision?.Invoke(ref decision);
            decisions.Add(decision);
            score.ReadRow();
            probability.ReadRow();
            group.ReadRow();
            weight.ReadRow();
        }

        return ScoredExamples.Binary(
            labels,
            probability.Values,
            score.Values,
            getDecision is null ? null : decisions,
            weight.Values,
            group.Values,
            classNames[0],
            classNames[1]);
    }

    // A default name may be absent, because not every model has the column; a name that somebody gave may not.
    private static string? IfPresent(IDataView data, string name, string defaultName) =>
        name == defaultName && data.Schema.GetColumnOrNull(name) is null ? null : name;

    // By name where both have names: the label's keys may come from another mapping than the one that was trained with.
    private static int[] ClassesOfKeys(string[]? labelNames, string[]? slotNames, int labelCount, int classCount)
    {
        if (labelNames is null || slotNames is null)
        {
            return [.. Enumerable.Range(0, labelCount).Select(key => key < classCount ? key : -1)];
        }

        return Array.ConvertAll(labelNames, name => Array.IndexOf(slotNames, name));
    }
}
