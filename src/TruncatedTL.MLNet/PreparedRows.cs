using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>Rows that have been decoded for a backbone and its weights, with what a network must know about them.</summary>
internal sealed record PreparedRows
{
    /// <summary>How the image column reaches the network.</summary>
    public required ImageInput Input { get; init; }

    /// <summary>What was done to the images' files before; null where they do not come from files.</summary>
    public required ImagePreparation? Preparation { get; init; }

    /// <summary>Names of the classes or findings, in the order of the outputs.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>All training rows.</summary>
    public required TrainingSet Training { get; init; }

    /// <summary>The validation rows that were given; null where some of the training rows are to be set aside.</summary>
    public required TrainingSet? Validation { get; init; }

    /// <summary>Patient of each training row; null where rows are independent.</summary>
    public required string?[]? Groups { get; init; }

    /// <summary>Patient of each validation row; null where rows are independent or none were given.</summary>
    public required string?[]? ValidationGroups { get; init; }

    /// <summary>How pixel values become the network's input.</summary>
    public required PixelNormalization Normalization { get; init; }

    /// <summary>The pretrained weights; null for <see cref="PretrainedWeights.Random"/>.</summary>
    public required WeightsFile? Weights { get; init; }
}
