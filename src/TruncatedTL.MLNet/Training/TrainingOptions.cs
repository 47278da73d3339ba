namespace TruncatedTL.MLNet.Training;

/// <summary>
/// How a network is trained. A new object holds defaults meant for small medical data sets; <see cref="Paper"/> holds the
/// protocol of the TruncatedTL paper.
/// </summary>
/// <remarks>
/// Learning rates: a parameter of unit i has the rate
/// <c>LearningRate x schedule x LayerDecay^(units between i and the head)</c>, where the last unit is at distance 1; the head has
/// <c>LearningRate x schedule x HeadLearningRateFactor</c>.
/// </remarks>
public sealed class TrainingOptions
{
    /// <summary>
    /// Images per step, at least 2. Batches of an epoch differ by at most one image, so that the last one is not short; none has a
    /// single image, for which batch normalisation has no variance. Default: 32.
    /// </summary>
    public int BatchSize = TrainingDefaults.BatchSize;

    /// <summary>Largest number of epochs, those of the probe phase included. Default: 30.</summary>
    public int MaxEpochs = TrainingDefaults.MaxEpochs;

    /// <summary>
    /// Linear probing, then fine-tuning (Kumar et al. 2022, arXiv 2202.10054): in the first epochs only the head is trained, on a
    /// backbone that is frozen with its batch-normalisation statistics, at a constant rate; then what the strategy trains. Not
    /// used where the strategy freezes the whole backbone anyway. Default: 0.
    /// </summary>
    public int ProbeEpochs = TrainingDefaults.ProbeEpochs;

    /// <summary>The rule that turns gradients into steps. Default: AdamW.</summary>
    public OptimizerKind Optimizer = TrainingDefaults.Optimizer;

    /// <summary>The highest learning rate of the schedule, before layer decay and head factor. Default: 0.001.</summary>
    public double LearningRate = TrainingDefaults.LearningRate;

    /// <summary>With <see cref="LearningRateSchedule.ReduceOnPlateau"/>, training stops when the learning rate falls below this. Default: 0.000001.</summary>
    public double MinimumLearningRate = TrainingDefaults.MinimumLearningRate;

    /// <summary>The head's learning rate as a multiple of <see cref="LearningRate"/>. Default: 1.</summary>
    public double HeadLearningRateFactor = TrainingDefaults.HeadLearningRateFactor;

    /// <summary>Factor on the learning rate from each unit to the one below it; 1 is off. Default: 1.</summary>
    public double LayerDecay = TrainingDefaults.LayerDecay;

    /// <summary>Weight decay of convolution and linear weights; normalisation weights and biases have none. Default: 0.01.</summary>
    public double WeightDecay = TrainingDefaults.WeightDecay;

    /// <summary>Largest Euclidean norm of the gradient over all trained parameters together; null does not clip. Default: 5.</summary>
    public double? GradientClipNorm = TrainingDefaults.GradientClipNorm;

    /// <summary>
    /// How often in a training an epoch whose loss or gradient became infinite or NaN is begun anew: from the state before it, with the learning rate
    /// halved from there on. <see cref="EpochMetrics.Retries"/> tells where that happened. 0 gives up at once. Default: 3.
    /// </summary>
    public int DivergenceRetries = TrainingDefaults.DivergenceRetries;

    /// <summary>How the learning rate moves. Default: ReduceOnPlateau.</summary>
    public LearningRateSchedule Schedule = TrainingDefaults.Schedule;

    /// <summary>Epochs (fractions allowed) in which the learning rate rises linearly at the start of fine-tuning. Default: 1.</summary>
    public double WarmUpEpochs = TrainingDefaults.WarmUpEpochs;

    /// <summary>Factor of <see cref="LearningRateSchedule.ReduceOnPlateau"/>. Default: 0.5.</summary>
    public double PlateauFactor = TrainingDefaults.PlateauFactor;

    /// <summary>Epochs without a lower validation loss that <see cref="LearningRateSchedule.ReduceOnPlateau"/> tolerates. Default: 5.</summary>
    public int PlateauPatience = TrainingDefaults.PlateauPatience;

    /// <summary>What is minimised. Default: CrossEntropy.</summary>
    public LossFunction Loss = TrainingDefaults.Loss;

    /// <summary>Exponent of the focal loss; 0 is cross-entropy. Default: 2.</summary>
    public double FocalGamma = TrainingDefaults.FocalGamma;

    /// <summary>Share of each label that is spread evenly over all classes, in [0, 1). Default: 0.</summary>
    public double LabelSmoothing = TrainingDefaults.LabelSmoothing;

    /// <summary>How much an example of each class counts in the loss. Default: Balanced.</summary>
    public ClassWeighting ClassWeighting = TrainingDefaults.ClassWeighting;

    /// <summary>One weight per class for <see cref="ClassWeighting.Explicit"/>; otherwise null. Default: null.</summary>
    public float[]? ClassWeights;

    /// <summary>
    /// Draws all classes equally often: an epoch keeps its length, images of rare classes repeat (with other augmentations), of
    /// frequent ones a part is drawn. <see cref="ClassWeighting.Balanced"/> then weights by how often a class is drawn. Default: False.
    /// </summary>
    public bool BalancedSampling = TrainingDefaults.BalancedSampling;

    /// <summary>Random changes of training images; null for none. Default: new AugmentationOptions().</summary>
    public AugmentationOptions? Augmentation = new();

    /// <summary>How epochs are compared and when waiting for a better one ends. Default: new EarlyStoppingOptions().</summary>
    public EarlyStoppingOptions EarlyStopping = new();

    /// <summary>Share of the training data, in [0, 1), that is set apart for validation, stratified by class, where no validation data are given; 0 trains without. Default: 0.2.</summary>
    public double ValidationFraction = TrainingDefaults.ValidationFraction;

    /// <summary>Seed of order, augmentation, split and initial weights: the same seed gives the same network on the same machine; null takes one that follows from the seed of the <c>MLContext</c>. Default: null.</summary>
    public int? Seed;

    /// <summary>What a cancelled training returns. Default: KeepBest.</summary>
    public CancellationBehavior OnCancel = TrainingDefaults.OnCancel;

    /// <summary>
    /// Most memory, in MiB, for what frozen layers make of the images. It is computed once instead of in every epoch: for validation images always, for
    /// training images where <see cref="Augmentation"/> does not change them. What does not fit is computed in every epoch, with the same results; 0
    /// keeps nothing. Default: 1024.
    /// </summary>
    public int FrozenFeatureMegabytes = TrainingDefaults.FrozenFeatureMegabytes;

    /// <summary>
    /// What training steps compute in; the model is float32 in every case. <see cref="Training.NumberFormat.BFloat16"/> is faster where the processor has
    /// instructions for it and its cores are free. Default: Float32.
    /// </summary>
    public NumberFormat NumberFormat = TrainingDefaults.NumberFormat;

    /// <summary>On a GPU, float32 convolutions and matrix products may round their factors to 10 bits of mantissa (TensorFloat-32); no effect on a processor. Default: False.</summary>
    public bool AllowTensorFloat32 = TrainingDefaults.AllowTensorFloat32;

    /// <summary>Threads that libtorch computes with while training; null leaves its setting. Default: null.</summary>
    public int? NumberOfThreads;

    /// <summary>
    /// The protocol of Peng et al. (arXiv 2106.05152): Adam at 1e-4 without weight decay, halved when the validation loss has not
    /// fallen for more than 5 epochs, until it is below 1e-6 (at most 200 epochs); batches of 64; cross-entropy weighted by inverse
    /// frequency; random resized crops (area 0.08 to 1, ratio 3/4 to 4/3) and horizontal flips; the epoch with the lowest
    /// validation loss is kept.
    /// </summary>
    public static TrainingOptions Paper() => new()
    {
        BatchSize = 64,
        MaxEpochs = 200,
        Optimizer = OptimizerKind.Adam,
        LearningRate = 1e-4,
        MinimumLearningRate = 1e-6,
        WeightDecay = 0,
        GradientClipNorm = null,
        Schedule = LearningRateSchedule.ReduceOnPlateau,
        WarmUpEpochs = 0,
        PlateauFactor = 0.5,
        PlateauPatience = 5,
        ClassWeighting = ClassWeighting.Balanced,
        Augmentation = PaperAugmentation(),
        EarlyStopping = new EarlyStoppingOptions { Metric = ValidationMetric.Loss, Patience = 0, MinimumImprovement = 0 },
        ValidationFraction = 0.2,
    };

    /// <summary>A copy that shares nothing with this object.</summary>
    public TrainingOptions Clone()
    {
        var copy = (TrainingOptions)MemberwiseClone();
        copy.Augmentation = Augmentation?.Clone();
        copy.EarlyStopping = EarlyStopping?.Clone()!;
        copy.ClassWeights = (float[]?)ClassWeights?.Clone();
        return copy;
    }

    /// <summary>Checks every field.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A field has a value out of range; the message names it.</exception>
    /// <exception cref="ArgumentNullException"><see cref="EarlyStopping"/> is null.</exception>
    /// <exception cref="ArgumentException">Two fields contradict each other; the message names both.</exception>
    public void Validate()
    {
        OptionChecks.AtLeast(BatchSize, 2, nameof(BatchSize));
        OptionChecks.AtLeast(MaxEpochs, 1, nameof(MaxEpochs));
        OptionChecks.InRange(ProbeEpochs, 0, MaxEpochs - 1, nameof(ProbeEpochs));
        OptionChecks.Defined(Optimizer, nameof(Optimizer));
        OptionChecks.Positive(LearningRate, 1000, nameof(LearningRate));
        OptionChecks.InRange(MinimumLearningRate, 0, LearningRate, nameof(MinimumLearningRate));
        OptionChecks.Positive(HeadLearningRateFactor, double.MaxValue, nameof(HeadLearningRateFactor));
        OptionChecks.Positive(LayerDecay, 1, nameof(LayerDecay));
        OptionChecks.InRange(WeightDecay, 0, double.MaxValue, nameof(WeightDecay));
        OptionChecks.Positive(GradientClipNorm ?? 1, double.MaxValue, nameof(GradientClipNorm));
        OptionChecks.AtLeast(DivergenceRetries, 0, nameof(DivergenceRetries));
        OptionChecks.Defined(Schedule, nameof(Schedule));
        OptionChecks.InRange(WarmUpEpochs, 0, double.MaxValue, nameof(WarmUpEpochs));
        OptionChecks.InRange(PlateauFactor, 0.01, 0.99, nameof(PlateauFactor));
        OptionChecks.AtLeast(PlateauPatience, 0, nameof(PlateauPatience));
        OptionChecks.Defined(Loss, nameof(Loss));
        OptionChecks.InRange(FocalGamma, 0, 100, nameof(FocalGamma));
        OptionChecks.InRange(LabelSmoothing, 0, 1 - 1e-9, nameof(LabelSmoothing));
        ValidateClassWeights();
        Augmentation?.Validate();
        ArgumentNullException.ThrowIfNull(EarlyStopping);
        EarlyStopping.Validate();
        OptionChecks.InRange(ValidationFraction, 0, 1 - 1e-9, nameof(ValidationFraction));
        OptionChecks.Defined(OnCancel, nameof(OnCancel));
        OptionChecks.AtLeast(FrozenFeatureMegabytes, 0, nameof(FrozenFeatureMegabytes));
        OptionChecks.Defined(NumberFormat, nameof(NumberFormat));
        OptionChecks.AtLeast(NumberOfThreads ?? 1, 1, nameof(NumberOfThreads));
    }

    private void ValidateClassWeights()
    {
        OptionChecks.Defined(ClassWeighting, nameof(ClassWeighting));
        if ((ClassWeighting == ClassWeighting.Explicit) != (ClassWeights is not null))
        {
            throw new ArgumentException(
                $"{nameof(ClassWeights)} are given exactly when {nameof(ClassWeighting)} is {nameof(ClassWeighting.Explicit)}; "
                + $"here it is {ClassWeighting} and they are {(ClassWeights is null ? "null" : "given")}.",
                nameof(ClassWeights));
        }

        for (var c = 0; c < (ClassWeights?.Length ?? 0); c++)
        {
            OptionChecks.Positive(ClassWeights![c], float.MaxValue, $"{nameof(ClassWeights)}[{c}]");
        }
    }

    private static AugmentationOptions PaperAugmentation()
    {
        var augmentation = AugmentationOptions.None();
        augmentation.CropScaleMinimum = 0.08;
        augmentation.CropRatioMinimum = 3.0 / 4;
        augmentation.CropRatioMaximum = 4.0 / 3;
        augmentation.HorizontalFlip = 0.5;
        return augmentation;
    }
}
