using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>A pretrained backbone: its tensors, what they are and how they were trained.</summary>
public sealed class PretrainingResult
{
    private readonly IReadOnlySet<string> _headNames;

    internal PretrainingResult(WeightsFile weights, IReadOnlySet<string> headNames, IReadOnlyList<string> classNames, TrainingResult training)
    {
        Weights = weights;
        _headNames = headNames;
        ClassNames = classNames;
        Training = training;
    }

    /// <summary>All tensors under PyTorch's names, float32, the head of the source task included; the metadata hold the <see cref="WeightsCard"/>.</summary>
    public WeightsFile Weights { get; }

    /// <summary>Names of the source task's classes or findings, in the order of the head's outputs.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>How the training went.</summary>
    public TrainingResult Training { get; }

    /// <summary>The result as weights for a trainer, without a file.</summary>
    public PretrainedWeights ToPretrainedWeights() => PretrainedWeights.FromTensors(Weights, "pretrained");

    /// <summary>
    /// Writes a safetensors file that <see cref="PretrainedWeights.FromFile"/> reads, with input size, normalisation, licence and source in its
    /// metadata. The file appears whole or not at all.
    /// </summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="halfPrecision">
    /// True (default) stores the weights of convolutions and of the head as float16, half the size; normalisation and biases, which are small and
    /// delicate, stay float32.
    /// </param>
    /// <param name="includeHead">True keeps the source task's classifier, for continuing the pretraining. Default false: a transfer replaces it.</param>
    public void Save(string path, bool halfPrecision = true, bool includeHead = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var kept = new OrderedDictionary<string, TensorData>();
        foreach (var (name, tensor) in Weights.Tensors)
        {
            if (includeHead || !_headNames.Contains(name))
            {
                kept.Add(name, halfPrecision && tensor.Shape.Count > 1 ? tensor.As(TensorElementType.Float16) : tensor);
            }
        }

        new WeightsFile(kept, Weights.Metadata).SaveSafetensors(path);
    }
}
