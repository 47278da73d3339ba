using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Strategies;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>A candidate as the plan has it.</summary>
internal sealed record PlannedCandidate
{
    public required int Index { get; init; }

    /// <summary>What it is called in logs and reports.</summary>
    public required string Name { get; init; }

    /// <summary>Name of its folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The strategy as text.</summary>
    public required string Strategy { get; init; }

    /// <summary>Name of its <see cref="PlannedLadder"/>.</summary>
    public required string Ladder { get; init; }

    /// <summary>Where its network ends.</summary>
    public required string CutName { get; init; }

    /// <summary>Which rung of its ladder it is; null if it is none.</summary>
    public int? Cut { get; init; }

    /// <summary>The stage that a rung ends in; null if it is none.</summary>
    public string? Stage { get; init; }

    public bool IsFullTransfer { get; init; }

    public required long ParameterCount { get; init; }

    public required long MacCount { get; init; }

    /// <summary>Median milliseconds for one image on the machine that planned; null where it was not measured.</summary>
    public double? MillisecondsPerImage { get; init; }

    /// <summary>Bytes of the exported network.</summary>
    public long? ModelBytes { get; init; }

    /// <summary>The frozen-feature score that the search looks at; null where there is none.</summary>
    public double? FrozenScore { get; init; }

    /// <summary>The limit that rules it out, as a sentence; null where none does.</summary>
    public string? Pruned { get; init; }

    /// <summary>The strategy.</summary>
    public TransferStrategy ParseStrategy() => TransferStrategy.Parse(Strategy);

    /// <summary>The candidate as a search sees it.</summary>
    public SearchCandidate ToSearch() => new()
    {
        Index = Index,
        Name = Name,
        Ladder = Ladder,
        Cut = Cut,
        Stage = Stage,
        IsFullTransfer = IsFullTransfer,
        ParameterCount = ParameterCount,
        MacCount = MacCount,
        FrozenScore = FrozenScore,
    };
}
