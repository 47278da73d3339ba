using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Reporting.Analysis;

/// <summary>The curves of a class against the rest, one of each kind per set of rows.</summary>
/// <param name="ClassName">Name of the class.</param>
/// <param name="Roc">ROC curves; empty ones where the area is undefined.</param>
/// <param name="PrecisionRecall">Precision-recall curves; empty ones where the area is undefined.</param>
/// <param name="Auroc">Areas under the former.</param>
/// <param name="Auprc">Areas under the latter.</param>
internal sealed record ClassCurves(
    string ClassName,
    IReadOnlyList<IReadOnlyList<RocPoint>> Roc,
    IReadOnlyList<IReadOnlyList<PrecisionRecallPoint>> PrecisionRecall,
    IReadOnlyList<MetricEstimate> Auroc,
    IReadOnlyList<MetricEstimate> Auprc);
