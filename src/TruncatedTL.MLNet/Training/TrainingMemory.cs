using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Copies of everything that training may change: parameters and batch-normalisation buffers of units that the plan does not freeze, the head, and
/// the optimiser's moments; as they were after the last epoch that was good, and as they were in the best one.
/// </summary>
/// <param name="network">The network.</param>
internal sealed class TrainingMemory(TransferNetwork network)
{
    /// <summary>Weights after the last good epoch.</summary>
    public TensorBackup Last { get; } = new();

    /// <summary>Weights of the best epoch.</summary>
    public TensorBackup Best { get; } = new();

    /// <summary>The optimiser's moments after the last good epoch; empty before the first one.</summary>
    public TensorBackup Moments { get; } = new();

    /// <summary>The optimiser's steps after the last good epoch.</summary>
    public int Steps { get; private set; }

    /// <summary>Names of the tensors that may change.</summary>
    public static IEnumerable<string> ChangingNames(NetworkSpecification specification) => specification.Plan.Units
        .Where(unit => !unit.Frozen)
        .SelectMany(unit => ParameterSpecification.Of(unit.Unit.Body))
        .Concat(specification.HeadParameters())
        .Select(parameter => parameter.Name);

    /// <summary>Copies the weights as they are before the first epoch.</summary>
    public void KeepBeginning() => Last.Keep(Weights());

    /// <summary>Copies the weights and the optimiser's moments as those after a good epoch.</summary>
    public void KeepLast(NetworkOptimizer optimizer)
    {
        Last.Keep(Weights());
        Moments.Keep(optimizer.Moments);
        Steps = optimizer.Steps;
    }

    /// <summary>Copies the weights as those of the best epoch.</summary>
    public void KeepBest() => Best.Keep(Weights());

    /// <summary>Gives the network the weights after the last good epoch.</summary>
    public void RestoreLast() => Last.Restore(name => network.State[name]);

    /// <summary>Gives the network the weights of the best epoch.</summary>
    public void RestoreBest() => Best.Restore(name => network.State[name]);

    /// <summary>Gives an optimiser of the same phase the moments after the last good epoch.</summary>
    public void RestoreMoments(NetworkOptimizer optimizer) => optimizer.Resume(Steps, Moments);

    /// <summary>Takes over what a checkpoint holds.</summary>
    public void Load(TrainingCheckpoint checkpoint)
    {
        Last.Replace(checkpoint.Last);
        Best.Replace(checkpoint.Best);
        Moments.Replace(checkpoint.Moments);
        Steps = checkpoint.Progress.OptimizerSteps;
    }

    private IEnumerable<(string Name, Tensor Tensor)> Weights() => ChangingNames(network.Specification).Select(name => (name, network.State[name]));
}
