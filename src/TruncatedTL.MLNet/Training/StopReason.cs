namespace TruncatedTL.MLNet.Training;

/// <summary>Why a training ended.</summary>
public enum StopReason
{
    /// <summary>All epochs were run.</summary>
    MaxEpochs,

    /// <summary>The metric had not improved for <see cref="EarlyStoppingOptions.Patience"/> epochs.</summary>
    EarlyStopping,

    /// <summary>The schedule lowered the learning rate below <see cref="TrainingOptions.MinimumLearningRate"/>.</summary>
    LearningRateTooSmall,

    /// <summary>It was cancelled, and <see cref="TrainingOptions.OnCancel"/> is <see cref="CancellationBehavior.KeepBest"/>.</summary>
    Cancelled,

    /// <summary>The loss became infinite or NaN more often than <see cref="TrainingOptions.DivergenceRetries"/> allows, after at least one good epoch, whose weights were kept.</summary>
    NonFiniteLoss,

    /// <summary>It was asked to stop after an epoch, and goes on from its checkpoint the next time.</summary>
    Paused,
}
