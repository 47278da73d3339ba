using System.Collections.Concurrent;
using System.Diagnostics;

namespace TruncatedTL.MLNet.Tests.Reliability.Workers;

/// <summary>A child of this program: the same assembly with the hidden command <see cref="WorkerProgram.Name"/>. Its lines are read as they come.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;
    private readonly BlockingCollection<(string Line, TimeSpan At)> _pending = [];
    private readonly Task<string> _errors;
    private readonly Task _reading;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Starts a child.</summary>
    /// <param name="kind">What it is to do; see <see cref="WorkerProgram"/>.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="user">Number of the user that it runs as; null for the same one.</param>
    /// <param name="temporaryFolder">Where its temporary files go; null for the folder <c>tmp</c> where it works.</param>
    public WorkerProcess(string kind, string folder, int? user = null, string? temporaryFolder = null)
    {
        temporaryFolder ??= Path.Combine(folder, "tmp");
        Directory.CreateDirectory(temporaryFolder);
        string[] command = ["dotnet", typeof(WorkerProcess).Assembly.Location, WorkerProgram.Name, kind, folder];
        command = user is null ? command : ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", .. command];
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TMPDIR"] = temporaryFolder;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_CLI_HOME"] = temporaryFolder;
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = Task.Run(() =>
        {
            while (_process.StandardOutput.ReadLine() is { } line)
            {
                _pending.Add((line, _watch.Elapsed));
            }

            _pending.CompleteAdding();
        });
    }

    /// <summary>All lines that were taken so far, with the time since the start at which they came.</summary>
    public List<(string Line, TimeSpan At)> Lines { get; } = [];

    /// <summary>Whether it is still there.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Waits for the next line; null at the end of the child.</summary>
    public string? Next()
    {
        if (!_pending.TryTake(out var line, Timeout.Infinite))
        {
            return null;
        }

        Lines.Add(line);
        return line.Line;
    }

    /// <summary>Takes all lines up to the end of the child.</summary>
    /// <returns>The exit code and what it wrote to standard error.</returns>
    public (int Code, string Errors) Finish()
    {
        while (Next() is not null)
        {
        }

        _process.WaitForExit();
        _reading.Wait();
        return (_process.ExitCode, _errors.Result);
    }

    /// <summary>Ends the child as a power cut would: SIGKILL, which it cannot notice.</summary>
    /// <returns>Whether it was still at work.</returns>
    public bool Kill()
    {
        var worked = !_process.HasExited;
        _process.Kill();
        var (code, errors) = Finish();
        return worked && code != 0
            ? code is 137 or -1 or 9 ? true : throw new InvalidOperationException($"The child ended by itself with {code}: {errors}")
            : false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _pending.Dispose();
    }
}
