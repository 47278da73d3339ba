using System.Diagnostics;

namespace TruncatedTL.MLNet.Packaging.Tests;

/// <summary>Runs the SDK's command line and keeps what it says.</summary>
internal sealed record DotnetCommand(int ExitCode, string Output)
{
    /// <summary>Runs a command to its end; errors stand in the output.</summary>
    public static DotnetCommand Run(string workingFolder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        RunProgram("dotnet", workingFolder, environment, arguments);

    /// <summary>Runs any program likewise.</summary>
    public static DotnetCommand RunProgram(string program, string workingFolder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = workingFolder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        // What the test host was told about its own build must not reach another one.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new DotnetCommand(process.ExitCode, output + errors.Result);
    }
}
