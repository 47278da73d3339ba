using Microsoft.ML;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>What the multiclass and the binary trainer have in common.</summary>
public abstract class TransferLearningOptions
{
    /// <summary>Name of the label column. Default "Label".</summary>
    public string LabelColumnName = "Label";

    /// <summary>Name of the image column: <c>MLImage</c>, or <c>Vector&lt;Byte or Single, C, H, W&gt;</c>. Default "Image".</summary>
    public string ImageColumnName = "Image";

    /// <summary>Name of a Single column with a weight for each training row; null (default) weighs all rows alike.</summary>
    public string? ExampleWeightColumnName;

    /// <summary>
    /// Name of the column that says which rows belong together: the patient, as text, key or integer. The part of the training rows that is
    /// set aside for validation then never shares a patient with the rest, and a <see cref="ValidationSet"/> that does is refused
    /// with a <see cref="Splitting.DataLeakageException"/>. Null (default) takes each row for a patient of its own.
    /// </summary>
    public string? GroupColumnName;

    /// <summary>Name of the score column. Default "Score"; ML.NET's <c>CrossValidate</c> expects the default.</summary>
    public string ScoreColumnName = "Score";

    /// <summary>Name of the predicted label column. Default "PredictedLabel"; ML.NET's <c>CrossValidate</c> expects the default.</summary>
    public string PredictedLabelColumnName = "PredictedLabel";

    /// <summary>Registered name of the backbone, see <see cref="BackboneNames"/>. Default "resnet18".</summary>
    public string Backbone = BackboneNames.ResNet18;

    /// <summary>The pretrained weights. Default <see cref="PretrainedWeights.Random"/>, which only <see cref="TransferStrategy.FromScratch"/> accepts.</summary>
    public PretrainedWeights Weights = PretrainedWeights.Random;

    /// <summary>The transfer strategy. Default full transfer.</summary>
    public TransferStrategy Strategy = TransferStrategy.Full();

    /// <summary>How features are brought into one vector before the linear layer. Default average pooling.</summary>
    public HeadPooling Head = HeadPooling.Average;

    /// <summary>How the stem's pretrained filters are adapted when the images have other channels than the weights expect. Default sum.</summary>
    public InputChannelAdaptation ChannelAdaptation = InputChannelAdaptation.Sum;

    /// <summary>
    /// Height and width that the network works on. Null (default) takes the images' own size, and the backbone's usual size
    /// for images of unknown size. Images of known size are resized (stretched, antialiased) inside the exported graph; images
    /// of unknown size are fitted with padding by ML.NET's ResizeImages.
    /// </summary>
    public IReadOnlyList<int>? InputSize;

    /// <summary>
    /// How pixel values are normalised. Null (default): 8-bit images as the weights expect (ImageNet's constants); Single values
    /// in [0, 1] or [0, 255] likewise; other ranges (16-bit, Hounsfield units) by mean and standard deviation of the training images.
    /// </summary>
    public PixelNormalization? Normalization;

    /// <summary>Optimisation, augmentation and stopping.</summary>
    public TrainingOptions Training = new();

    /// <summary>Rows to validate on after each epoch. Null (default) sets <see cref="TrainingOptions.ValidationFraction"/> of the training rows aside, by class and by <see cref="GroupColumnName"/>.</summary>
    public IDataView? ValidationSet;

    /// <summary>Called after each epoch, on the training thread. Default none.</summary>
    public Action<EpochMetrics>? MetricsCallback;

    /// <summary>Told after each epoch. Default none.</summary>
    public IProgress<EpochMetrics>? Progress;

    /// <summary>Stops the training within one batch; <see cref="TrainingOptions.OnCancel"/> says what then happens.</summary>
    public CancellationToken CancellationToken;

    /// <summary>Largest difference between TorchSharp's logits and those of the exported model that is tolerated, relative to the largest logit. Default 1e-3.</summary>
    public double ParityTolerance = 1e-3;

    private protected TransferLearningOptions()
    {
    }

    /// <summary>Checks what can be checked without data, so that a mistake shows before the data are read.</summary>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(LabelColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(ImageColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(ScoreColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(PredictedLabelColumnName);
        ArgumentNullException.ThrowIfNull(Weights);
        ArgumentNullException.ThrowIfNull(Strategy);
        ArgumentNullException.ThrowIfNull(Training);
        if (!(ParityTolerance > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(ParityTolerance), ParityTolerance, "The parity tolerance must be positive.");
        }

        if (Strategy.NeedsPretrainedWeights && !Weights.IsPretrained)
        {
            throw new ArgumentException(
                $"The strategy {Strategy} needs pretrained weights. Set {nameof(Weights)} = PretrainedWeights.FromFile(...), or use TransferStrategy.FromScratch().",
                nameof(Weights));
        }

        // Resolving finds misspelt backbones and cuts now instead of after the data are decoded.
        Strategy.Resolve(Backbones.Backbone.Create(Backbone));
        Training.Validate();
    }
}
