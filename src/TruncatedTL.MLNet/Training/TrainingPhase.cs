namespace TruncatedTL.MLNet.Training;

/// <summary>What an epoch trains.</summary>
public enum TrainingPhase
{
    /// <summary>The head only, on a frozen backbone (the first <see cref="TrainingOptions.ProbeEpochs"/> epochs).</summary>
    Probe,

    /// <summary>What the transfer strategy trains.</summary>
    FineTune,
}
