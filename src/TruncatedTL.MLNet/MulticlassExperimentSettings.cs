namespace TruncatedTL.MLNet;

/// <summary>Settings of an experiment on two or more classes.</summary>
public sealed class MulticlassExperimentSettings : TransferLearningExperimentSettings
{
    /// <summary>Options of every training; <see cref="TransferLearningOptions.Strategy"/> is the experiment's to choose.</summary>
    public TransferLearningMulticlassTrainer.Options Trainer = new();

    internal override TransferLearningOptions TrainerOptions => Trainer;
}
