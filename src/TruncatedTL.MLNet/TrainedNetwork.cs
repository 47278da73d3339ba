using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>A network that has just been trained, still in native memory, with what it was trained on.</summary>
internal sealed class TrainedNetwork : IDisposable
{
    /// <summary>The network, with the weights of the best epoch.</summary>
    public required TransferNetwork Network { get; init; }

    /// <summary>How the image column reaches the network.</summary>
    public required ImageInput Input { get; init; }

    /// <summary>What was done to the training images' files before the model; null where they do not come from files.</summary>
    public required ImagePreparation? Preparation { get; init; }

    /// <summary>How pixel values become the network's input.</summary>
    public required PixelNormalization Normalization { get; init; }

    /// <summary>Names of the classes or findings, in the order of the outputs.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>The rows that it was trained on.</summary>
    public required TrainingSet TrainingSet { get; init; }

    /// <summary>The rows that epochs were compared on; null where there are none.</summary>
    public required TrainingSet? ValidationSet { get; init; }

    /// <summary>Which pretrained tensors were taken over; null for a network from scratch.</summary>
    public required KeyMatchReport? WeightsReport { get; init; }

    /// <summary>How the training went.</summary>
    public required TrainingResult Result { get; init; }

    /// <summary>What a file with its tensors says about itself.</summary>
    public WeightsCard Card => new()
    {
        Backbone = Network.Specification.Plan.Backbone.Name,
        InputSize = Network.Specification.InputSpatial,
        PixelScale = Normalization.Scale,
        Mean = Normalization.Mean,
        StandardDeviation = Normalization.StandardDeviation,
    };

    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();
}
