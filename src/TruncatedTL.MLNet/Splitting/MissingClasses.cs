namespace TruncatedTL.MLNet.Splitting;

/// <summary>What to do when a class cannot be in every part of a split.</summary>
public enum MissingClasses
{
    /// <summary>Refuse the split with a <see cref="SplitException"/>: a metric of a part without the class would be undefined or, worse, flattering.</summary>
    Refuse,

    /// <summary>Make the best split there is and list the gaps in <see cref="RowPartition.MissingClasses"/>.</summary>
    Report,
}
