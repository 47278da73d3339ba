using TorchSharp.Modules;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Networks;

/// <summary>
/// A classifier in memory: the tensors of a <see cref="NetworkSpecification"/> and the rules that compute with them. Only the
/// units of the plan exist; what a strategy deletes is never allocated. Convolution weights and activations lie channels-last
/// in memory (<see cref="MemoryLayout"/>); shapes and <see cref="Snapshot"/> are row-major as everywhere.
/// </summary>
internal sealed class TransferNetwork : IDisposable
{
    private readonly Dictionary<string, Tensor> _state;
    private readonly LayerRunner _runner;

    // One entry per unit: true while the unit gets no gradient and its batch normalisation uses running statistics.
    private readonly bool[] _frozen;

    private TransferNetwork(NetworkSpecification specification, Dictionary<string, Tensor> state, Device device)
    {
        Specification = specification;
        Device = device;
        _state = state;
        _runner = new LayerRunner(state);
        _frozen = new bool[specification.Plan.Units.Count];
        ThawAsPlanned();
    }

    public NetworkSpecification Specification { get; }

    public Device Device { get; }

    /// <summary>
    /// What units compute in while training: Float32 (the default) or BFloat16, on copies of weights that stay float32. Everything else, the head and whatever is
    /// computed without training included, is float32.
    /// </summary>
    public ScalarType TrainingType { get; set; } = ScalarType.Float32;

    /// <summary>Parameters and buffers by PyTorch name. They belong to the network.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _state;

    /// <summary>How many of the lowest units are frozen at this moment, with nothing trained among them.</summary>
    public int FrozenUnits => _frozen.TakeWhile(frozen => frozen).Count();

    /// <summary>Allocates a network with random weights.</summary>
    /// <param name="specification">What to build.</param>
    /// <param name="seed">The same seed gives the same weights; a tensor's values depend only on the seed, its name and its shape, so strategies are compared from equal starting points.</param>
    /// <param name="device">Where the tensors live.</param>
    public static TransferNetwork Create(NetworkSpecification specification, int seed, Device device)
    {
        var state = new Dictionary<string, Tensor>();
        using (no_grad())
        {
            foreach (var parameter in specification.Parameters())
            {
                using var scope = NewDisposeScope();
                var value = MemoryLayout.ChannelsLast(ParameterInitializer.Create(parameter, seed).to(device));
                var owned = parameter.IsTrainable ? new Parameter(value, requires_grad: true) : value.alias();
                state.Add(parameter.Name, owned.DetachFromDisposeScope());
            }
        }

        return new TransferNetwork(specification, state, device);
    }

    /// <summary>Overwrites tensors with given values; names that the network does not have are an error.</summary>
    /// <exception cref="ArgumentException">The network has no such tensor, or it has another shape.</exception>
    public void Load(IEnumerable<KeyValuePair<string, TensorData>> values)
    {
        using var gradients = no_grad();
        foreach (var (name, data) in values)
        {
            if (!_state.TryGetValue(name, out var target))
            {
                throw new ArgumentException($"The network has no tensor '{name}'.", nameof(values));
            }

            // A single number is written with and without an axis.
            var count = data.Shape.Aggregate(1L, (product, length) => product * length);
            if (!data.Shape.SequenceEqual(target.shape) && (count != 1 || target.numel() != 1))
            {
                throw new ArgumentException(
                    $"Tensor '{name}' has shape [{string.Join(", ", data.Shape)}] but the network's is [{string.Join(", ", target.shape)}].",
                    nameof(values));
            }

            using var scope = NewDisposeScope();
            var source = data.ElementType == TensorElementType.Int64
                ? TensorTransfer.Int64(data)
                : TensorTransfer.Single(data);
            target.copy_(source.reshape(target.shape));
        }
    }

    /// <summary>Copies all tensors to managed memory, in definition order.</summary>
    public IReadOnlyDictionary<string, TensorData> Snapshot()
    {
        using var scope = NewDisposeScope();
        return Specification.Parameters().ToDictionary(p => p.Name, p => TensorTransfer.ToManaged(_state[p.Name]));
    }

    /// <summary>Computes logits, [N, Outputs], from normalised images, [N, C, ...].</summary>
    /// <param name="images">Normalised images.</param>
    /// <param name="training">True while training: units compute in <see cref="TrainingType"/>, and batch normalisation of those that are not frozen uses the batch's statistics.</param>
    public Tensor Forward(Tensor images, bool training)
    {
        using var features = Features(images, training);
        return Classify(features);
    }

    /// <summary>Computes the features at the cut, [N, C', ...], including the cut's closing layers.</summary>
    public Tensor Features(Tensor images, bool training) => FeaturesFrom(images, 0, training);

    /// <summary>Computes the features at the cut from what a unit reads, including the cut's closing layers.</summary>
    /// <param name="input">What unit <paramref name="first"/> reads; it stays the caller's.</param>
    /// <param name="first">Index of the first unit.</param>
    /// <param name="training">See <see cref="Forward"/>.</param>
    public Tensor FeaturesFrom(Tensor input, int first, bool training)
    {
        var current = RunUnits(input, first, _frozen.Length, training);
        if (Specification.Plan.Closing is not { } closing)
        {
            return current;
        }

        using (current)
        {
            return _runner.Apply(closing, current, training);
        }
    }

    /// <summary>Computes units [first, end) only.</summary>
    /// <param name="input">What unit <paramref name="first"/> reads; it stays the caller's.</param>
    /// <param name="first">Index of the first unit.</param>
    /// <param name="end">Index behind the last unit.</param>
    /// <param name="training">See <see cref="Forward"/>.</param>
    public Tensor RunUnits(Tensor input, int first, int end, bool training)
    {
        var current = Prepare(input, training);
        for (var index = first; index < end; index++)
        {
            var next = _runner.Apply(Specification.Plan.Units[index].Unit.Body, current, training && !_frozen[index]);
            if (!ReferenceEquals(next, current))
            {
                current.Dispose();
            }

            current = next;
        }

        return current;
    }

    /// <summary>The head: pools the features, [N, C', ...], and applies the linear layer: [N, Outputs].</summary>
    public Tensor Classify(Tensor features)
    {
        using var pooled = Pool(features);
        return ClassifyPooled(pooled);
    }

    /// <summary>The linear layer of the head: pooled features, [N, HeadFeatures], to logits, [N, Outputs].</summary>
    public Tensor ClassifyPooled(Tensor pooled) =>
        nn.functional.linear(pooled, _state[Specification.HeadWeightName], _state[Specification.HeadBiasName]);

    /// <summary>The head's pooling: features, [N, C', ...], to [N, HeadFeatures], in float32.</summary>
    public Tensor Pool(Tensor features)
    {
        if (features.dtype != ScalarType.Float32)
        {
            using var single = features.to(ScalarType.Float32);
            return Pool(single);
        }

        if (Specification.Pooling == HeadPooling.Flatten)
        {
            return features.flatten(start_dim: 1);
        }

        var axes = Enumerable.Range(2, (int)features.dim() - 2).Select(axis => (long)axis).ToArray();
        var average = features.mean(axes);
        if (Specification.Pooling == HeadPooling.Average)
        {
            return average;
        }

        using (average)
        {
            using var maximum = features.amax(axes);
            return cat([average, maximum], dim: 1);
        }
    }

    /// <summary>Takes the gradient from every tensor: a network that only computes keeps nothing for a backward pass.</summary>
    public void FreezeCompletely()
    {
        foreach (var tensor in _state.Values.Where(tensor => tensor.requires_grad))
        {
            tensor.requires_grad_(false);
        }
    }

    /// <summary>Freezes every unit for the probe phase of LP-FT; the head stays trainable.</summary>
    public void FreezeBackbone() => Freeze(_ => true);

    /// <summary>Restores the freezing that the plan asks for.</summary>
    public void ThawAsPlanned() => Freeze(index => Specification.Plan.Units[index].Frozen);

    /// <summary>The trainable tensors in groups from the input upwards: one group a unit (empty while frozen), the last one the head with its closing layers.</summary>
    public IReadOnlyList<IReadOnlyList<(ParameterSpecification Specification, Parameter Parameter)>> TrainableByUnit()
    {
        var groups = Specification.Plan.Units
            .Select((unit, i) => _frozen[i] ? [] : Trainable(ParameterSpecification.Of(unit.Unit.Body)))
            .ToList();
        groups.Add(Trainable(Specification.HeadParameters()));
        return groups;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _state.Values)
        {
            tensor.grad?.Dispose();
            tensor.Dispose();
        }

        _state.Clear();
    }

    private Tensor Prepare(Tensor input, bool training)
    {
        var type = training ? TrainingType : ScalarType.Float32;
        if (input.dtype == type)
        {
            return MemoryLayout.ChannelsLast(input);
        }

        using var converted = input.to(type);
        return MemoryLayout.ChannelsLast(converted);
    }

    private List<(ParameterSpecification, Parameter)> Trainable(IEnumerable<ParameterSpecification> parameters) =>
        parameters.Where(p => p.IsTrainable).Select(p => (p, (Parameter)_state[p.Name])).ToList();

    private void Freeze(Func<int, bool> isFrozen)
    {
        for (var index = 0; index < _frozen.Length; index++)
        {
            _frozen[index] = isFrozen(index);
            foreach (var (_, parameter) in Trainable(ParameterSpecification.Of(Specification.Plan.Units[index].Unit.Body)))
            {
                parameter.requires_grad_(!_frozen[index]);
            }
        }
    }
}
