namespace TruncatedTL.MLNet.Benchmarks.Fuzzing;

/// <summary>An input that a reader did not cope with, and how it showed.</summary>
internal sealed record FuzzFailure(int Index, string Problem);
