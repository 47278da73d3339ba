using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Networks;

namespace TruncatedTL.MLNet.Training;

/// <summary>Trains the parts of a network that its transfer strategy trains.</summary>
internal static class FineTuner
{
    /// <summary>
    /// Trains until the options or the caller end it, then gives the network the weights of the best epoch. What is frozen does
    /// not change: neither weights nor the statistics of batch normalisation. Where there is a checkpoint training goes on from it, and
    /// what it had learnt replaces the network's weights; of a training that had ended the result comes back at once.
    /// </summary>
    /// <param name="network">The network; its number of outputs decides between sigmoid (1) and softmax.</param>
    /// <param name="train">What is trained on.</param>
    /// <param name="validation">What epochs are compared on; null compares them by training loss.</param>
    /// <param name="normalization">How pixel values become the network's input.</param>
    /// <param name="options">How to train; they are copied.</param>
    /// <param name="callbacks">What the caller wants to hear, and where the training is kept; null for nothing.</param>
    /// <exception cref="TrainingDataException">The data cannot be used.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or network, data and options do not fit together.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be read or written, or is that of another training.</exception>
    /// <exception cref="TrainingMemoryException">Memory ran out; the message says which batch size is likely to fit.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and either that is what the options ask for or no epoch was completed. The weights are then those of the moment.</exception>
    /// <exception cref="TrainingDivergedException">The loss was not finite in the first epoch, however often it was tried again; there are no weights worth keeping.</exception>
    public static TrainingResult Fit(
        TransferNetwork network,
        TrainingSet train,
        TrainingSet? validation,
        PixelNormalization normalization,
        TrainingOptions options,
        TrainingCallbacks? callbacks = null)
    {
        options.Validate();
        if (callbacks?.Checkpoint is { } checkpoint)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(checkpoint.Path);
            OptionChecks.AtLeast(checkpoint.StopAfterEpoch ?? 1, 1, nameof(CheckpointPlan.StopAfterEpoch));
            OptionChecks.InRange(checkpoint.MinimumSeconds, 0, double.MaxValue, nameof(CheckpointPlan.MinimumSeconds));
        }

        CheckFit(network, train, "training");
        train.RequireTwoClasses();
        if (train.IsMultiLabel && options.BalancedSampling)
        {
            throw new ArgumentException($"{nameof(TrainingOptions.BalancedSampling)} draws classes equally often; images with several labels have no one class.", nameof(options));
        }

        if (validation is not null)
        {
            CheckFit(network, validation, "validation");
            CheckMetricIsDefined(validation, options.EarlyStopping.Metric);
        }

        using var run = new TrainingRun(network, train, validation, normalization, options.Clone(), callbacks ?? new TrainingCallbacks());
        return run.Execute();
    }

    /// <summary>The number format that a training without a checkpoint would compute in; the network is afterwards as it was.</summary>
    /// <param name="network">The network.</param>
    /// <param name="train">What would be trained on.</param>
    /// <param name="normalization">How pixel values become the network's input.</param>
    /// <param name="options">How it would be trained.</param>
    /// <param name="callbacks">What the caller wants to hear.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static NumberFormat ChooseFormat(TransferNetwork network, TrainingSet train, PixelNormalization normalization, TrainingOptions options, TrainingCallbacks callbacks)
    {
        CheckFit(network, train, "training");
        using var run = new TrainingRun(network, train, validation: null, normalization, options.Clone(), callbacks);
        return run.ChooseFormat();
    }

    private static void CheckFit(TransferNetwork network, TrainingSet set, string role)
    {
        InputShape.Require(network.Specification, set.Images);
        var outputs = network.Specification.Outputs;
        var classes = set.IsMultiLabel ? outputs : LogitMetrics.ClassCount(outputs);
        if (set.ClassNames.Count != classes)
        {
            throw new ArgumentException(
                $"The {role} data have {set.ClassNames.Count} classes; a network with {outputs} output(s) tells {classes} apart.",
                nameof(set));
        }
    }

    private static void CheckMetricIsDefined(TrainingSet validation, ValidationMetric metric)
    {
        var needed = validation.IsMultiLabel ? 1 : 2;
        if (metric is ValidationMetric.Auroc or ValidationMetric.Auprc && validation.AbsentClasses().Count > validation.ClassNames.Count - needed)
        {
            throw new TrainingDataException(
                $"{metric} is undefined on the validation data: all {validation.Count} images are of one class. "
                + $"Give validation data of several classes, or compare epochs by {nameof(ValidationMetric.Loss)} or {nameof(ValidationMetric.Accuracy)}.");
        }
    }
}
