namespace TruncatedTL.MLNet.Search;

/// <summary>What a training is for.</summary>
public enum RequestPurpose
{
    /// <summary>It helps to find the winner.</summary>
    Search,

    /// <summary>The winner's training is brought to its end.</summary>
    Winner,

    /// <summary>It is there to be compared with: full transfer, or a strategy that the user asked to see. It is not part of the search's price.</summary>
    Control,
}
