using Microsoft.ML;
using TruncatedTL.MLNet.Ingestion;

namespace TruncatedTL.MLNet.Scoring;

/// <summary>What differs between the multiclass and the binary trainer: the label column and ML.NET's predictor behind the network.</summary>
internal abstract class ClassificationTask
{
    /// <summary>Name of the task for logs.</summary>
    public abstract string Name { get; }

    /// <summary>Reads the label column.</summary>
    public abstract LabelReader Labels { get; }

    /// <summary>Columns of ML.NET's predictor and the names the user wants for them.</summary>
    public abstract IReadOnlyList<(string From, string To)> OutputColumns { get; }

    /// <summary>The ML.NET trainer that promises the output schema.</summary>
    public abstract IEstimator<ITransformer> PredictorTrainer(string labelColumnName, string featureColumnName);

    /// <summary>The trained predictor with its known affine map.</summary>
    public abstract CalibratedHead FitHead(DataViewSchema.Column label);

    /// <summary>Length of the network's logits.</summary>
    public abstract int CountOutputs(int classes);
}
