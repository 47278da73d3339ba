namespace TruncatedTL.MLNet.Experiments;

/// <summary>What an experiment is doing.</summary>
public enum ExperimentStage
{
    /// <summary>Decoding images, checking for leaks, writing the plan.</summary>
    Reading,

    /// <summary>Scoring the pretrained features at all cuts.</summary>
    ScoringFeatures,

    /// <summary>Measuring how long each candidate takes for an image.</summary>
    Measuring,

    /// <summary>Training candidates.</summary>
    Training,

    /// <summary>Building models, evaluating, writing the report.</summary>
    Finishing,

    /// <summary>The result is there.</summary>
    Done,
}
