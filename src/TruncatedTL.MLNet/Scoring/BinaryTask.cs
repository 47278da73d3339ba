using Microsoft.ML;
using TruncatedTL.MLNet.Ingestion;

namespace TruncatedTL.MLNet.Scoring;

/// <summary>Boolean label, one logit, sigmoid.</summary>
internal sealed class BinaryTask(MLContext context, string scoreColumnName, string predictedLabelColumnName, string probabilityColumnName) : ClassificationTask
{
    public override string Name => "binary";

    public override LabelReader Labels { get; } = new BooleanLabelReader();

    public override IReadOnlyList<(string From, string To)> OutputColumns =>
        [("Score", scoreColumnName), ("PredictedLabel", predictedLabelColumnName), ("Probability", probabilityColumnName)];

    public override IEstimator<ITransformer> PredictorTrainer(string labelColumnName, string featureColumnName) =>
        CalibratedHead.BinaryTrainer(context, labelColumnName, featureColumnName);

    public override CalibratedHead FitHead(DataViewSchema.Column label) =>
        CalibratedHead.Binary(context, label, ScoringChain.LogitsColumnName);

    public override int CountOutputs(int classes) => 1;
}
