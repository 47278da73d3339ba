namespace TruncatedTL.MLNet.Tool;

/// <summary>What the program ends with.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>What was asked for cannot be done; a message on the error stream says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the configuration cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>It was cancelled before there was anything to keep.</summary>
    public const int Cancelled = 130;

    public const string Help = "exit codes: 0 done (also: cancelled, with the best so far kept), 1 failed, 2 the command line cannot be understood, 130 cancelled with nothing to keep";
}
