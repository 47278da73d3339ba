using TorchSharp.Modules;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;

namespace TruncatedTL.MLNet.Training;

/// <summary>Parameters that share a learning rate and a weight decay.</summary>
/// <param name="Parameters">The parameters; at least one.</param>
/// <param name="LearningRate">Their learning rate at schedule factor 1.</param>
/// <param name="WeightDecay">Their weight decay.</param>
internal sealed record ParameterGroup(IReadOnlyList<Parameter> Parameters, double LearningRate, double WeightDecay);

/// <summary>Divides what a network trains into groups by distance from the head and by whether weights decay.</summary>
internal static class ParameterGroups
{
    /// <summary>The groups from the input to the head; frozen units have none.</summary>
    public static IReadOnlyList<ParameterGroup> Create(TransferNetwork network, TrainingOptions options)
    {
        var units = network.TrainableByUnit();
        var groups = new List<ParameterGroup>();
        for (var unit = 0; unit < units.Count; unit++)
        {
            var distance = units.Count - 1 - unit;
            var rate = options.LearningRate * (distance == 0 ? options.HeadLearningRateFactor : Math.Pow(options.LayerDecay, distance));
            foreach (var group in units[unit].GroupBy(entry => Decays(entry.Specification.Kind)))
            {
                groups.Add(new ParameterGroup([.. group.Select(entry => entry.Parameter)], rate, group.Key ? options.WeightDecay : 0));
            }
        }

        return groups;
    }

    private static bool Decays(ParameterKind kind) => kind is ParameterKind.ConvolutionWeight or ParameterKind.LinearWeight;
}
