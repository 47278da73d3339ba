namespace TruncatedTL.MLNet.Training;

/// <summary>How the learning rate moves while training.</summary>
public enum LearningRateSchedule
{
    /// <summary>It stays after warm-up.</summary>
    Constant,

    /// <summary>
    /// It is multiplied by <see cref="TrainingOptions.PlateauFactor"/> when the validation loss has not fallen for more than
    /// <see cref="TrainingOptions.PlateauPatience"/> epochs; training stops below <see cref="TrainingOptions.MinimumLearningRate"/>.
    /// </summary>
    ReduceOnPlateau,

    /// <summary>It falls to zero along half a cosine after warm-up (Loshchilov and Hutter 2016, without restarts).</summary>
    Cosine,

    /// <summary>
    /// It rises for 30% of the steps from 1/25 of the learning rate to the learning rate, then falls to 1/250,000 of it, both
    /// along half a cosine (Smith and Topin 2017). It has its own rise, so <see cref="TrainingOptions.WarmUpEpochs"/> is not used.
    /// </summary>
    OneCycle,
}
