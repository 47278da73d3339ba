namespace TruncatedTL.MLNet;

/// <summary>Settings of an experiment on a yes-or-no question.</summary>
public sealed class BinaryExperimentSettings : TransferLearningExperimentSettings
{
    /// <summary>Options of every training; <see cref="TransferLearningOptions.Strategy"/> is the experiment's to choose.</summary>
    public TransferLearningBinaryTrainer.Options Trainer = new();

    internal override TransferLearningOptions TrainerOptions => Trainer;
}
