using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;

namespace TruncatedTL.MLNet.Networks;

/// <summary>A complete classifier as a definition: the planned backbone, the head and the shape of its input.</summary>
internal sealed class NetworkSpecification
{
    /// <summary>Creates the definition.</summary>
    /// <param name="plan">The planned backbone.</param>
    /// <param name="pooling">The head's pooling.</param>
    /// <param name="outputs">Length of the logits.</param>
    /// <param name="inputSpatial">H, W (or D, H, W) of the input.</param>
    /// <exception cref="ArgumentException">The input is too small for the network.</exception>
    public NetworkSpecification(TransferPlan plan, HeadPooling pooling, int outputs, IReadOnlyList<int> inputSpatial)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        Plan = plan;
        Pooling = pooling;
        Outputs = outputs;
        InputSpatial = inputSpatial;
        HeadFeatures = checked((int)plan.HeadFeatures(pooling, inputSpatial));
    }

    public TransferPlan Plan { get; }

    public HeadPooling Pooling { get; }

    /// <summary>Length of the logits: the number of classes, or 1 for a binary task with one logit.</summary>
    public int Outputs { get; }

    /// <summary>H, W (or D, H, W) of the input.</summary>
    public IReadOnlyList<int> InputSpatial { get; }

    public int InputChannels => Plan.Backbone.InputChannels;

    /// <summary>Length of the vector that the linear layer reads.</summary>
    public int HeadFeatures { get; }

    /// <summary>Name of the linear layer's weight, [Outputs, HeadFeatures].</summary>
    public string HeadWeightName => $"{Plan.Backbone.HeadName}.weight";

    /// <summary>Name of the linear layer's bias, [Outputs].</summary>
    public string HeadBiasName => $"{Plan.Backbone.HeadName}.bias";

    /// <summary>Trainable parameters of backbone and head together.</summary>
    public long ParameterCount => Parameters().Where(p => p.IsTrainable).Sum(p => p.Shape.Aggregate(1L, (product, length) => product * length));

    /// <summary>Multiply-accumulates of backbone and head for one image.</summary>
    public long MacCount => Plan.Backbone.CountMacs(Plan.Cut.Name, InputSpatial) + (long)Outputs * HeadFeatures;

    /// <summary>Values that one image leaves in the network for a backward pass through all of it, about.</summary>
    public long ActivationCount => Plan.Backbone.CountActivations(Plan.Cut.Name, InputSpatial) + HeadFeatures;

    /// <summary>All named tensors, from the input to the head.</summary>
    public IEnumerable<ParameterSpecification> Parameters() =>
        [.. Plan.Units.SelectMany(u => ParameterSpecification.Of(u.Unit.Body)), .. HeadParameters()];

    /// <summary>The tensors above the last unit: closing layers and the linear layer.</summary>
    public IEnumerable<ParameterSpecification> HeadParameters()
    {
        if (Plan.Closing is { } closing)
        {
            foreach (var parameter in ParameterSpecification.Of(closing))
            {
                yield return parameter;
            }
        }

        yield return new(HeadWeightName, [Outputs, HeadFeatures], ParameterKind.LinearWeight);
        yield return new(HeadBiasName, [Outputs], ParameterKind.Bias);
    }
}
