using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Strategies;

/// <summary>One unit of a plan.</summary>
/// <param name="Unit">The unit's definition.</param>
/// <param name="Pretrained">Its weights and running statistics come from the weights file; otherwise it starts at random.</param>
/// <param name="Frozen">No gradient, and batch normalisation in inference mode, from the first step to the last.</param>
internal sealed record PlannedUnit(BackboneUnit Unit, bool Pretrained, bool Frozen);

/// <summary>What a strategy means for one backbone: the units that exist, where their weights come from and which are trained.</summary>
internal sealed class TransferPlan
{
    private TransferPlan(Backbone backbone, BackboneCut cut, IReadOnlyList<PlannedUnit> units)
    {
        Backbone = backbone;
        Cut = cut;
        Units = units;
    }

    /// <summary>The backbone, slimmed where the strategy slims.</summary>
    public Backbone Backbone { get; }

    /// <summary>The last unit that exists.</summary>
    public BackboneCut Cut { get; }

    /// <summary>The units that exist, from the input upwards.</summary>
    public IReadOnlyList<PlannedUnit> Units { get; }

    /// <summary>Layers between the last unit and the head that only this cut needs; null for most networks. Never pretrained, always trained.</summary>
    public Layer? Closing => Units[^1].Unit.Closing;

    /// <summary>The plan in which the lowest units are pretrained and the lowest of those frozen.</summary>
    public static TransferPlan Create(Backbone backbone, BackboneCut cut, int pretrainedUnits, int frozenUnits) =>
        new(backbone, cut, backbone.Units.Take(cut.Index).Select((unit, i) => new PlannedUnit(unit, i < pretrainedUnits, i < frozenUnits)).ToArray());

    /// <summary>Length of the vector that the head's linear layer reads.</summary>
    /// <param name="pooling">The head's pooling.</param>
    /// <param name="spatial">Lengths of the network's input.</param>
    public long HeadFeatures(HeadPooling pooling, IReadOnlyList<int> spatial)
    {
        var shape = Backbone.FeatureShapeAt(Cut.Name, spatial);
        return pooling switch
        {
            HeadPooling.Average => shape[0],
            HeadPooling.AverageAndMax => 2 * shape[0],
            HeadPooling.Flatten => shape.Aggregate(1L, (product, length) => product * length),
            _ => throw new ArgumentOutOfRangeException(nameof(pooling), pooling, "Unknown head pooling."),
        };
    }
}
