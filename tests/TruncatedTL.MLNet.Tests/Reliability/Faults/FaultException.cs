namespace TruncatedTL.MLNet.Tests.Reliability.Faults;

/// <summary>What was observed is not what the documentation promises.</summary>
internal sealed class FaultException(string message) : Exception(message);
