using System.Text.Json;
using Xunit;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace TruncatedTL.MLNet.Tool.Tests;

/// <summary>What came of a command line that ran inside the test's process, as in a pipe.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs a command line.</summary>
    public static ToolRun Of(params string[] arguments) => Of(CancellationToken.None, arguments);

    /// <summary>Runs a command line that may be cancelled.</summary>
    public static ToolRun Of(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = new ToolApplication(new ToolConsole(output, TextWriter.Synchronized(error))).Run(arguments, cancellation);
        return new ToolRun(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command line that succeeds, and reads its result.</summary>
    public static JsonElement Json(params string[] arguments)
    {
        var run = Of([.. arguments, "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        using var document = JsonDocument.Parse(run.Output);
        return document.RootElement.Clone();
    }

    /// <summary>Runs a command line that succeeds.</summary>
    public static ToolRun Success(params string[] arguments)
    {
        var run = Of(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }
}
