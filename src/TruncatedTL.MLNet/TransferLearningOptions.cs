using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Strategies;

namespace TruncatedTL.MLNet;

/// <summary>What the multiclass and the binary trainer have in common.</summary>
public abstract class TransferLearningOptions : NetworkTrainingOptions
{
    /// <summary>Name of the score column. Default "Score"; ML.NET's <c>CrossValidate</c> expects the default.</summary>
    public string ScoreColumnName = "Score";

    /// <summary>Name of the predicted label column. Default "PredictedLabel"; ML.NET's <c>CrossValidate</c> expects the default.</summary>
    public string PredictedLabelColumnName = "PredictedLabel";

    /// <summary>The transfer strategy. Default full transfer.</summary>
    public TransferStrategy Strategy = TransferStrategy.Full();

    /// <summary>Largest difference between TorchSharp's logits and those of the exported model that is tolerated, relative to the largest logit. Default 1e-3.</summary>
    public double ParityTolerance = 1e-3;

    /// <summary>
    /// Stores the weights of all layers but the last in the model (zip and <see cref="TransferLearningTransformer.SaveOnnx"/>) rounded to half precision, which
    /// halves the file. They are widened once, when the model is loaded: computing, its speed and its memory stay as they are. Probabilities change in about the third or
    /// fourth decimal; <see cref="TransferLearningTransformer.ParityError"/> says by how much the logits do, of which 1e-2 (or <see cref="ParityTolerance"/>, if that is
    /// larger) is tolerated. <see cref="TransferLearningTransformer.SaveWeights"/> writes the weights as trained. Default false.
    /// </summary>
    public bool HalfPrecisionWeights;

    /// <summary>Adds a score of how unlike the training images an image is; needs validation images. Default null: none.</summary>
    public OutOfDistributionOptions? OutOfDistribution;

    private protected TransferLearningOptions()
    {
    }

    /// <summary>How the model's weights are stored.</summary>
    internal OnnxWeightStorage WeightStorage => HalfPrecisionWeights ? OnnxWeightStorage.Float16 : OnnxWeightStorage.Float32;

    /// <summary>What the parity check tolerates: half precision has 11 significant bits, and rounding errors of many weights average out only in part.</summary>
    internal double EffectiveParityTolerance => HalfPrecisionWeights ? Math.Max(ParityTolerance, 1e-2) : ParityTolerance;

    /// <inheritdoc/>
    internal override TransferStrategy PlannedStrategy => Strategy;

    /// <inheritdoc/>
    internal override void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(ScoreColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(PredictedLabelColumnName);
        ArgumentNullException.ThrowIfNull(Strategy);
        if (!(ParityTolerance > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(ParityTolerance), ParityTolerance, "The parity tolerance must be positive.");
        }

        base.Validate();
        ValidateOutOfDistribution();
        if (Strategy.NeedsPretrainedWeights && !Weights.IsPretrained)
        {
            throw new ArgumentException(
                $"The strategy {Strategy} needs pretrained weights. Set {nameof(Weights)} = PretrainedWeights.Bundled or PretrainedWeights.FromFile(...), or use TransferStrategy.FromScratch().",
                nameof(Weights));
        }
    }

    private void ValidateOutOfDistribution()
    {
        if (OutOfDistribution is not { } options)
        {
            return;
        }

        options.Validate();
        string[] taken = ["Score", "PredictedLabel", "Probability", ScoreColumnName, PredictedLabelColumnName, ImageColumnName, LabelColumnName];
        if (taken.FirstOrDefault(name => name == options.ScoreColumnName || name == options.FlagColumnName) is { } name)
        {
            throw new ArgumentException($"The column '{name}' has another purpose; give {nameof(OutOfDistribution)} another name.", nameof(OutOfDistribution));
        }
    }
}
