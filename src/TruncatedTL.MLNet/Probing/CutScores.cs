namespace TruncatedTL.MLNet.Probing;

/// <summary>How well the classes can be told apart by the frozen features at a cut. Higher is better; null is undefined.</summary>
internal sealed record CutScores
{
    /// <summary>Position of the cut from the input, starting at 1.</summary>
    public required int Index { get; init; }

    /// <summary>Name of the cut.</summary>
    public required string Name { get; init; }

    /// <summary>Features at the cut.</summary>
    public required int Channels { get; init; }

    /// <summary>Cross-validated area under the ROC curve of a linear probe (<see cref="RidgeProbe"/>) on the training images.</summary>
    public double? RidgeAuroc { get; init; }

    /// <summary>Area under the ROC curve on the validation images of the probe that all training images fit, with the penalty that cross-validation chose.</summary>
    public double? RidgeValidationAuroc { get; init; }

    /// <summary>Leave-one-out area under the ROC curve of <see cref="NearestNeighbours"/> among the training images.</summary>
    public double? NearestNeighbour { get; init; }

    /// <summary>Shrinkage H-score (<see cref="Probing.HScore"/>) of the training images, at most one less than the number of classes.</summary>
    public double? HScore { get; init; }

    /// <summary>Log-evidence per training image (<see cref="LogEvidence"/>), in nats; any sign.</summary>
    public double? LogMe { get; init; }
}
