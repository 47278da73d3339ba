namespace TruncatedTL.MLNet.Search;

/// <summary>What a forecast takes for the scores that nobody knows yet.</summary>
internal enum ForecastAssumption
{
    /// <summary>All equal the best that is known: small networks do, and a search for the smallest goes down.</summary>
    EqualScores,

    /// <summary>The largest network equals the best that is known and smaller ones are worse: a search ends high up.</summary>
    LargerIsBetter,
}
