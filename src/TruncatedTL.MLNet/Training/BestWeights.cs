using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>A copy, on the CPU, of everything that training may change: parameters and batch-normalisation buffers of units that the plan does not freeze, and the head.</summary>
internal sealed class BestWeights : IDisposable
{
    private readonly TransferNetwork _network;
    private readonly Dictionary<string, Tensor> _copies = [];

    /// <summary>Creates the holder; it is empty until <see cref="Keep"/>.</summary>
    public BestWeights(TransferNetwork network)
    {
        _network = network;
    }

    /// <summary>Copies the present values.</summary>
    public void Keep()
    {
        using var gradients = no_grad();
        foreach (var name in ChangingNames())
        {
            using var scope = NewDisposeScope();
            var present = _network.State[name].detach();
            if (_copies.TryGetValue(name, out var copy))
            {
                copy.copy_(present);
            }
            else
            {
                // to(CPU) alone would be the same memory where the network is on the CPU.
                _copies.Add(name, empty_like(present, device: CPU).copy_(present).DetachFromDisposeScope());
            }
        }
    }

    /// <summary>Writes the copied values back.</summary>
    public void Restore()
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, copy) in _copies)
        {
            _network.State[name].copy_(copy);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var copy in _copies.Values)
        {
            copy.Dispose();
        }

        _copies.Clear();
    }

    private IEnumerable<string> ChangingNames() => _network.Specification.Plan.Units
        .Where(unit => !unit.Frozen)
        .SelectMany(unit => ParameterSpecification.Of(unit.Unit.Body))
        .Concat(_network.Specification.HeadParameters())
        .Select(parameter => parameter.Name);
}
