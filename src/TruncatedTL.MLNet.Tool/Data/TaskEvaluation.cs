using Microsoft.ML;
using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Tool.Data;

/// <summary>Evaluates scored rows, whichever of the two tasks they are of.</summary>
internal static class TaskEvaluation
{
    /// <summary>The figures with their intervals.</summary>
    /// <param name="context">Evaluates.</param>
    /// <param name="scored">Scored rows with a label.</param>
    /// <param name="isBinary">Whether the label is Boolean.</param>
    /// <param name="groupColumn">Name of the column with the patient; null for none.</param>
    /// <param name="options">How to evaluate.</param>
    /// <param name="classNames">Of a yes-or-no question: the names of the two classes; null for what the label says.</param>
    public static object Evaluate(MLContext context, IDataView scored, bool isBinary, string? groupColumn, MedicalEvaluationOptions options, IReadOnlyList<string>? classNames = null) => isBinary
        ? context.BinaryClassification.EvaluateMedical(scored, groupColumnName: groupColumn, options: options, classNames: classNames)
        : context.MulticlassClassification.EvaluateMedical(scored, groupColumnName: groupColumn, options: options);
}
