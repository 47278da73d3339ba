namespace TruncatedTL.MLNet.Experiments;

/// <summary>A fact for the report.</summary>
internal sealed record PlannedFact(string Name, string Value);
