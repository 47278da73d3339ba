namespace TruncatedTL.MLNet.Tests.Reliability.Workers;

/// <summary>
/// Kills workers at moments drawn at random and starts them anew in the same folder, until they come to their end; compares that with the end of a worker that nobody
/// disturbed. What must not be ends with an exception.
/// </summary>
/// <param name="kind">The worker's work.</param>
/// <param name="seed">Seed of the moments.</param>
/// <param name="folder">An empty folder.</param>
internal sealed class KillRun(string kind, int seed, string folder)
{
    private readonly Random _random = new(seed);
    private string _result = string.Empty;
    private Dictionary<string, string?> _saved = [];
    private TimeSpan[] _steps = [];
    private string[] _marks = [];

    /// <summary>Children that were killed at work.</summary>
    public int Kills { get; private set; }

    /// <summary>Runs that came to their end and were compared.</summary>
    public int Chains { get; private set; }

    /// <summary>Kills by the line that the child had told last, epochs in one.</summary>
    public SortedDictionary<string, int> KillsAfter { get; } = [];

    /// <summary>Kills in the middle of writing a file that a rename ends: each left a temporary file.</summary>
    public int HalfWritten { get; private set; }

    /// <summary>Kills in the middle of ML.NET's own saving of the zip: the file was there, and its reader refused it.</summary>
    public int RefusedZips { get; private set; }

    /// <summary>Temporary files that kills left.</summary>
    public int Leftovers { get; private set; }

    /// <summary>Temporary files that were still there when the work had come to its end.</summary>
    public int LeftoversAtTheEnd { get; private set; }

    /// <summary>Epochs that children told, all chains together.</summary>
    public int EpochsTold { get; private set; }

    /// <summary>Epochs of the undisturbed run.</summary>
    public int EpochsUndisturbed { get; private set; }

    /// <summary>Kills until there were enough of them.</summary>
    /// <param name="count">Kills at least.</param>
    /// <param name="perRun">Fewest and most kills after which a run is left alone until its end.</param>
    /// <param name="progress">Told after each kill.</param>
    public void Run(int count, (int Fewest, int Most) perRun, Action? progress = null)
    {
        Undisturbed();
        for (var chain = 0; Kills < count; chain++)
        {
            var work = Path.Combine(folder, $"{kind}-{chain}");
            Chain(work, Math.Min(count - Kills, _random.Next(perRun.Fewest, perRun.Most + 1)), progress);
            Directory.Delete(work, recursive: true);
        }
    }

    private void Undisturbed()
    {
        var work = Path.Combine(folder, $"{kind}-undisturbed");
        using var worker = new WorkerProcess(kind, work);
        Require(worker.Finish());
        (_result, _saved) = (ResultOf(worker), FolderCheck.Saved(work));
        _marks = [.. worker.Lines.Select(line => line.Line)];
        _steps = [.. worker.Lines.Skip(1).Zip(worker.Lines, (next, line) => next.At - line.At)];
        EpochsUndisturbed = _marks.Count(IsEpoch);
        Directory.Delete(work, recursive: true);
    }

    private void Chain(string work, int kills, Action? progress)
    {
        var told = new List<string>();
        for (var kill = 0; kill < kills; kill++)
        {
            using var worker = new WorkerProcess(kind, work);
            var wasKilled = KillAtRandom(worker, told.Count(IsEpoch));
            told.AddRange(worker.Lines.Select(line => line.Line));
            if (!wasKilled)
            {
                break;
            }

            Kills++;
            var last = worker.Lines.Count == 0 ? "(nothing)" : worker.Lines[^1].Line;
            var after = last.Split(':')[0];
            after = after.StartsWith("epoch ", StringComparison.Ordinal) || after.StartsWith("result ", StringComparison.Ordinal) ? after.Split(' ')[0] : after;
            KillsAfter[after] = KillsAfter.GetValueOrDefault(after) + 1;
            Inspect(work, told);
            progress?.Invoke();
        }

        using var final = new WorkerProcess(kind, work);
        Require(final.Finish());
        told.AddRange(final.Lines.Select(line => line.Line));
        if (ResultOf(final) != _result)
        {
            throw new InvalidOperationException($"The result differs from that of an undisturbed run:\n{ResultOf(final)}\n{_result}");
        }

        Inspect(work, told);
        var saved = FolderCheck.Saved(work);
        if (!saved.OrderBy(pair => pair.Key).SequenceEqual(_saved.OrderBy(pair => pair.Key)))
        {
            throw new InvalidOperationException("The saved files differ from those of an undisturbed run.");
        }

        Chains++;
        EpochsTold += told.Count(IsEpoch);
        LeftoversAtTheEnd += FolderCheck.Leftovers(work).Length;
    }

    // First one of the lines that are still to come is drawn, then a moment between it and the next one.
    private bool KillAtRandom(WorkerProcess worker, int epochsTold)
    {
        var ahead = _marks.Where(mark => mark != "done" && !mark.StartsWith("result", StringComparison.Ordinal)).ToList();
        var skipped = Math.Min(epochsTold, ahead.Count(IsEpoch));
        ahead = [.. ahead.Where(mark => !IsEpoch(mark) || skipped-- <= 0)];
        var line = _random.Next(ahead.Count);
        for (var i = 0; i <= line; i++)
        {
            if (worker.Next() is null)
            {
                Require(worker.Finish());
                return false;
            }
        }

        Thread.Sleep(_random.NextDouble() * _steps[Math.Min(Array.IndexOf(_marks, ahead[line]), _steps.Length - 1)]);
        return worker.Kill();
    }

    private void Inspect(string work, List<string> told)
    {
        var leftovers = FolderCheck.Leftovers(work);
        Leftovers += leftovers.Length;
        HalfWritten += leftovers.Any(FolderCheck.IsHalfWritten) ? 1 : 0;
        var epochs = told.Where(IsEpoch).ToArray();
        if (epochs.GroupBy(line => line).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException($"'{twice.Key}' was told twice: a completed epoch was trained again.");
        }

        if (kind == WorkerProgram.Experiment)
        {
            var reached = FolderCheck.RunsOf(Path.Combine(work, WorkerProgram.Experiment)).ToDictionary(run => run.Candidate, run => run.Epochs);
            foreach (var line in epochs)
            {
                var at = line.LastIndexOf(' ');
                RequireKept(line, reached.GetValueOrDefault(line[6..at]), int.Parse(line[at..], System.Globalization.CultureInfo.InvariantCulture));
            }
        }
        else if (epochs.Length > 0)
        {
            RequireKept(epochs[^1], FolderCheck.EpochsInCheckpoint(work), int.Parse(epochs[^1][6..], System.Globalization.CultureInfo.InvariantCulture));
        }

        foreach (var (name, hash) in FolderCheck.Saved(work))
        {
            if (hash is null)
            {
                RefusedZips++;
            }
            else if (hash != _saved[name])
            {
                throw new InvalidOperationException($"'{name}' loads after a kill, and is not what an undisturbed run saves.");
            }
        }
    }

    private static void RequireKept(string line, int kept, int epoch)
    {
        if (kept < epoch)
        {
            throw new InvalidOperationException($"'{line}' was told, and only {kept} epochs are kept.");
        }
    }

    private static void Require((int Code, string Errors) end)
    {
        if (end.Code != 0)
        {
            throw new InvalidOperationException($"A child ended with {end.Code}: {end.Errors}");
        }
    }

    private static string ResultOf(WorkerProcess worker) => worker.Lines.Select(line => line.Line).Single(line => line.StartsWith("result ", StringComparison.Ordinal));

    private static bool IsEpoch(string line) => line.StartsWith("epoch ", StringComparison.Ordinal);
}
