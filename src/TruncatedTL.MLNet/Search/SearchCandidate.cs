namespace TruncatedTL.MLNet.Search;

/// <summary>One thing that a search may train: a strategy on a backbone.</summary>
public sealed record SearchCandidate
{
    /// <summary>Its number in the plan, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>What it is called in logs and reports; no two candidates share a name.</summary>
    public required string Name { get; init; }

    /// <summary>The backbone with its weights. Truncated networks of one ladder are its rungs: the same network, cut lower or higher.</summary>
    public required string Ladder { get; init; }

    /// <summary>Which rung of its ladder it is, counted from the input (<see cref="Backbones.BackboneCut.Index"/>); null if it is no rung, such as a linear probe.</summary>
    public int? Cut { get; init; }

    /// <summary>The stage that a rung ends in, e.g. <c>layer3</c>; null if it is no rung.</summary>
    public string? Stage { get; init; }

    /// <summary>Whether it is the whole pretrained network, fully trained: the control that others are measured against, and the top rung of its ladder.</summary>
    public bool IsFullTransfer { get; init; }

    /// <summary>Parameters of backbone and head that the finished network carries, frozen ones included: a linear probe on a whole backbone is no small network.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>Multiply-accumulates for one image.</summary>
    public required long MacCount { get; init; }

    /// <summary>
    /// How well a linear classifier does on the pretrained features at the rung, before any training, higher is better; null where nobody looked.
    /// Such scores tell cuts that are far too low from the others, and do not rank the others. Only scores of one ladder are compared with each other.
    /// </summary>
    public double? FrozenScore { get; init; }
}
