namespace TruncatedTL.MLNet.Tool;

/// <summary>What a command has found or made.</summary>
/// <param name="Data">For programs: it is written as JSON where that is asked for.</param>
/// <param name="Print">For people: writes it to the output.</param>
internal sealed record CommandResult(object Data, Action<ToolConsole> Print);
