namespace TruncatedTL.MLNet.Tool;

/// <summary>The command line or the configuration cannot be understood.</summary>
internal sealed class UsageException(string message) : Exception(message);
