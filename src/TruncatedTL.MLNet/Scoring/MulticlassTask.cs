using Microsoft.ML;
using TruncatedTL.MLNet.Ingestion;

namespace TruncatedTL.MLNet.Scoring;

/// <summary>Key label, one logit a class, softmax.</summary>
internal sealed class MulticlassTask(MLContext context, string scoreColumnName, string predictedLabelColumnName) : ClassificationTask
{
    public override string Name => "multiclass";

    public override LabelReader Labels { get; } = new KeyLabelReader();

    public override IReadOnlyList<(string From, string To)> OutputColumns =>
        [("Score", scoreColumnName), ("PredictedLabel", predictedLabelColumnName)];

    public override IEstimator<ITransformer> PredictorTrainer(string labelColumnName, string featureColumnName) =>
        CalibratedHead.MulticlassTrainer(context, labelColumnName, featureColumnName);

    public override CalibratedHead FitHead(DataViewSchema.Column label) =>
        CalibratedHead.Multiclass(context, label, ScoringChain.LogitsColumnName);

    public override int CountOutputs(int classes) => classes;
}
