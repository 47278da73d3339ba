using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>A backbone with its weights, for an experiment that tries several.</summary>
/// <param name="Weights">The pretrained weights.</param>
/// <param name="Backbone">Registered name of the backbone, see <see cref="Backbones.BackboneNames"/>; null takes the network that the weights say they are for, and ResNet-18 where they do not say.</param>
public sealed record ExperimentBackbone(PretrainedWeights Weights, string? Backbone = null);
