using Microsoft.ML;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>What every training of a network is told: columns, network, weights, input, training. Transfer and pretraining add their own.</summary>
public abstract class NetworkTrainingOptions
{
    /// <summary>Name of the label column. Default "Label".</summary>
    public string LabelColumnName = "Label";

    /// <summary>Name of the image column: <c>MLImage</c>, or <c>Vector&lt;Byte or Single, C, H, W&gt;</c> (volumes: <c>C, D, H, W</c>). Default "Image".</summary>
    public string ImageColumnName = "Image";

    /// <summary>Name of a Single column with a weight for each training row; null (default) weighs all rows alike.</summary>
    public string? ExampleWeightColumnName;

    /// <summary>
    /// Name of the column that says which rows belong together: the patient, as text, key or integer. The part of the training rows that is
    /// set aside for validation then never shares a patient with the rest, and a <see cref="ValidationSet"/> that does is refused
    /// with a <see cref="Splitting.DataLeakageException"/>. Null (default) takes each row for a patient of its own.
    /// </summary>
    public string? GroupColumnName;

    /// <summary>
    /// Registered name of the backbone, see <see cref="BackboneNames"/>. Null (default) takes the network that <see cref="Weights"/> say they are for
    /// (<c>resnet18_w32</c> for the bundled ones), and <c>resnet18</c> where they do not say.
    /// </summary>
    public string? Backbone;

    /// <summary>
    /// Networks on volumes only: stride of the stem's convolution along D, 1 or 2; null (default) takes the network's own. With 1 the stem keeps every
    /// slice of volumes whose slices are much further apart than their pixels. Weights fit with either.
    /// </summary>
    public int? StemDepthStride;

    /// <summary>The weights to start from. Default <see cref="PretrainedWeights.Bundled"/>.</summary>
    public PretrainedWeights Weights = PretrainedWeights.Bundled;

    /// <summary>
    /// Takes the classifier over from <see cref="Weights"/> too, to go on with a saved model on other images: weights that <c>SaveWeights</c> of a
    /// fitted model wrote, or <see cref="PretrainingResult.Save"/> with the head. Their classes must be those of the label column, in the same
    /// order, <see cref="Head"/> must be the same, and the strategy must take all units from the weights. Default false: the classifier starts at random.
    /// </summary>
    public bool KeepHead;

    /// <summary>How features are brought into one vector before the linear layer. Default average pooling.</summary>
    public HeadPooling Head = HeadPooling.Average;

    /// <summary>How the stem's pretrained filters are adapted when the images have other channels than the weights expect. Default sum.</summary>
    public InputChannelAdaptation ChannelAdaptation = InputChannelAdaptation.Sum;

    /// <summary>How weights of a network on images are taken over by its counterpart on volumes. Default averaging (I3D).</summary>
    public KernelInflation Inflation = KernelInflation.Average;

    /// <summary>
    /// Height and width (volumes: depth, height and width) that the network works on. Null (default) takes the size that the weights were trained on
    /// where they say it (<see cref="WeightsCard.InputSize"/>), otherwise the images' own size, and for images of unknown size the backbone's usual
    /// one. Images of known size are resized (stretched, antialiased) inside the exported graph; images of unknown size are fitted with padding by
    /// ML.NET's ResizeImages. Larger than the weights' own size shows finer detail and costs time in proportion to the area.
    /// </summary>
    public IReadOnlyList<int>? InputSize;

    /// <summary>
    /// How pixel values are normalised. Null (default): 8-bit images as the weights expect (<see cref="WeightsCard.Mean"/>; ImageNet's constants where
    /// they do not say); Single values in [0, 1] or [0, 255] likewise; other ranges (16-bit, Hounsfield units) by mean and standard deviation of the
    /// training images.
    /// </summary>
    public PixelNormalization? Normalization;

    /// <summary>Optimisation, augmentation and stopping.</summary>
    public TrainingOptions Training = new();

    /// <summary>
    /// File in which the state of the training is kept after every epoch; null (default) keeps none. Where the file exists, <c>Fit</c> goes on from it,
    /// with the same result, bit for bit, as if it had never stopped; of a training that had ended it has the result at once. Data, network, weights and
    /// training options must be those of the training that wrote it, otherwise a <see cref="CheckpointException"/> says what differs; only
    /// <see cref="TrainingOptions.MaxEpochs"/> may be another, with a schedule that does not depend on it. Where
    /// <see cref="TrainingOptions.Seed"/> is null, the seed is the checkpoint's. One file belongs to one training: cross-validation needs one for each fold, and an empty file
    /// beside it, with <c>.lock</c> at the end of its name, keeps a second process out meanwhile.
    /// </summary>
    public string? CheckpointPath;

    /// <summary>Rows to validate on after each epoch. Null (default) sets <see cref="TrainingOptions.ValidationFraction"/> of the training rows aside, by class and by <see cref="GroupColumnName"/>.</summary>
    public IDataView? ValidationSet;

    /// <summary>
    /// Bytes of memory that the decoded images of a set may take; beyond it they lie in a temporary file, in <c>MLContext.TempFilePath</c> or the system's
    /// folder for such files, which must not be a file system in memory then. Null (default) takes two fifths of the memory that the process may use.
    /// </summary>
    public long? ImageMemoryLimit;

    /// <summary>Called after each epoch, on the training thread. Default none.</summary>
    public Action<EpochMetrics>? MetricsCallback;

    /// <summary>Told after each epoch. Default none.</summary>
    public IProgress<EpochMetrics>? Progress;

    /// <summary>Stops the training within one batch; <see cref="TrainingOptions.OnCancel"/> says what then happens.</summary>
    public CancellationToken CancellationToken;

    private protected NetworkTrainingOptions()
    {
    }

    /// <summary>The backbone, resolved.</summary>
    internal string BackboneName => Backbone ?? Weights.Backbone ?? BackboneNames.ResNet18;

    /// <summary>The backbone's definition.</summary>
    internal Backbone CreateBackbone() => Backbones.Backbone.Create(BackboneName, stemDepthStride: StemDepthStride);

    /// <summary><see cref="ImageMemoryLimit"/>, resolved.</summary>
    internal long ImageMemoryBytes => ImageMemoryLimit ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 5 * 2;

    /// <summary>A copy with other weights and another backbone.</summary>
    internal NetworkTrainingOptions With(PretrainedWeights weights, string? backbone)
    {
        var copy = (NetworkTrainingOptions)MemberwiseClone();
        copy.Weights = weights;
        copy.Backbone = backbone;
        copy.Training = Training.Clone();
        return copy;
    }

    /// <summary>How the weights are fitted to a network for these classes.</summary>
    internal PretrainedFit PretrainedFit(IReadOnlyList<string> classNames) => new(Weights.IsStrict, ChannelAdaptation, Inflation, KeepHead ? classNames : null);

    /// <summary>What becomes of the backbone.</summary>
    internal abstract TransferStrategy PlannedStrategy { get; }

    /// <summary>Checks what can be checked without data, so that a mistake shows before the data are read.</summary>
    internal virtual void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(LabelColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(ImageColumnName);
        ArgumentNullException.ThrowIfNull(Weights);
        ArgumentNullException.ThrowIfNull(Training);
        ArgumentOutOfRangeException.ThrowIfNegative(ImageMemoryLimit ?? 0, nameof(ImageMemoryLimit));
        if (CheckpointPath is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(CheckpointPath);
        }

        // Resolving finds misspelt backbones and cuts now instead of after the data are decoded.
        var plan = PlannedStrategy.Resolve(CreateBackbone());
        if (KeepHead && !plan.Units.All(unit => unit.Pretrained))
        {
            throw new ArgumentException(
                $"{nameof(KeepHead)} takes a classifier over that reads the features of {nameof(Weights)}; {PlannedStrategy} lets {plan.Units.Count(unit => !unit.Pretrained)} of {plan.Units.Count} units start at random.",
                nameof(KeepHead));
        }

        Training.Validate();
    }
}
