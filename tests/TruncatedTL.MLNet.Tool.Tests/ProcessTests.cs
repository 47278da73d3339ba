using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

/// <summary>What only a process of its own shows: terminals, pipes and signals.</summary>
public sealed class ProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly string[] Endless =
    [
        "compare", "--data", "formula", "--formula-images", "40", "--size", "32", "--epochs", "500", "--patience", "0", "--cuts", "layer1.0", "--frozen-scores", "false", "--threads", "1", "--json",
    ];

    private static string Program => Path.Combine(AppContext.BaseDirectory, "ttl.dll");

    [Fact]
    public void A_pipe_gets_plain_lines_and_JSON_alone_on_the_output()
    {
        using var folder = new TemporaryFolder();
        using var process = Start("dotnet", [Program, .. Short(folder), "--json"]);
        var (output, error) = Finish(process);
        Assert.True(process.ExitCode == 0, error);
        using var document = JsonDocument.Parse(output);
        Assert.Equal("Truncated(layer1.0)", document.RootElement.GetProperty("strategy").GetString());
        Assert.Contains("epoch 1/1", error);
        Assert.DoesNotContain('\u001b', output + error);
    }

    [SkippableFact]
    public void A_terminal_gets_a_display_that_is_drawn_over()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "There is no command 'script'.");
        using var folder = new TemporaryFolder();
        var command = string.Join(' ', new[] { "dotnet", Program }.Concat(Short(folder)).Select(word => $"'{word}'"));
        using var process = Start("script", ["-qec", command, "/dev/null"], ("TERM", "xterm-256color"));
        var (output, _) = Finish(process);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains('\u001b', output);
        Assert.DoesNotContain("epoch 1/1:", output);
    }

    [SkippableFact]
    public void Interrupted_once_the_best_so_far_is_kept_and_the_same_command_goes_on()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent otherwise there.");
        using var folder = new TemporaryFolder();
        using var process = StartInterruptible([Program, .. Endless, "--output", folder["experiment"]]);
        var seen = WaitFor(process, "epoch 2/500");
        Signal(process);
        var (output, error) = Finish(process);
        Assert.True(process.ExitCode == 0, seen + error);
        Assert.Contains("what is complete is kept", error);
        using var document = JsonDocument.Parse(output);
        Assert.Contains("cancelled", document.RootElement.GetProperty("endedEarly").GetString());
        Assert.True(File.Exists(folder["experiment", "model.zip"]));
        Assert.True(File.Exists(folder["experiment", "report.html"]));
    }

    [SkippableFact]
    public void Interrupted_before_there_is_a_result_the_exit_code_says_so()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent otherwise there.");
        using var folder = new TemporaryFolder();
        using var process = StartInterruptible([Program, .. Endless, "--output", folder["experiment"]]);
        var seen = WaitFor(process, "Images are decoded");
        Signal(process);
        var (output, error) = Finish(process);
        Assert.True(process.ExitCode == 130, seen + error);
        Assert.Empty(output);
        Assert.DoesNotContain("   at ", error);
    }

    private static string[] Short(TemporaryFolder folder) =>
        ["train", "--data", "formula", "--formula-images", "6", "--size", "32", "--epochs", "1", "--strategy", "Truncated(layer1.0)", "--output", folder["model"]];

    // What a shell starts in the background ignores interruptions, and so does everything below it, this test run perhaps included.
    private static Process StartInterruptible(IEnumerable<string> arguments) => OperatingSystem.IsLinux()
        ? Start("env", ["--default-signal=INT", "dotnet", .. arguments])
        : Start("dotnet", arguments);

    private static Process Start(string program, IEnumerable<string> arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static string WaitFor(Process process, string text)
    {
        var seen = new StringBuilder();
        while (process.StandardError.ReadLine() is { } line)
        {
            seen.AppendLine(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return seen.ToString();
            }
        }

        throw new InvalidOperationException($"The process ended without '{text}': {seen}");
    }

    private static void Signal(Process process)
    {
        using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        kill.WaitForExit();
    }

    private static (string Output, string Error) Finish(Process process)
    {
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The process does not end: {error.Result}");
        }

        return (output.Result, error.Result);
    }
}
