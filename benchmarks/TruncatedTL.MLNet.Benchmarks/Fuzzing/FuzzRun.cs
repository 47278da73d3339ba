using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Reflection;
using System.Text.Json;

namespace TruncatedTL.MLNet.Benchmarks.Fuzzing;

/// <summary>Starts workers with limited memory, watches them, and starts another one behind an input on which one died.</summary>
/// <param name="Seed">Seed of the random damage.</param>
/// <param name="SeedFolder">Folder of real files; null for none.</param>
/// <param name="MaxValues">Limit of values an image that readers are given.</param>
/// <param name="FailureFolder">Where inputs go that a reader did not cope with.</param>
internal sealed record FuzzRun(int Seed, string? SeedFolder, long MaxValues, string FailureFolder)
{
    /// <summary>Most managed memory of a worker.</summary>
    public const long HeapBytes = 2L << 30;

    /// <summary>Most memory of a worker, native included.</summary>
    public const long ResidentBytes = 5L << 29;

    private const int MaxFailures = 10;

    // Processor time counts, since other programs may hold a worker up; the clock counts for those that wait forever.
    private static readonly TimeSpan ProcessorLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClockLimit = TimeSpan.FromMinutes(2);

    /// <summary>Where the worker of a progress file puts inputs for readers that need a file.</summary>
    public static string FilesOf(string progressPath) => progressPath + ".files";

    /// <summary>Feeds one reader.</summary>
    /// <param name="reader">Its name.</param>
    /// <param name="count">Number of inputs.</param>
    /// <param name="samples">Number of intact files from which they are made.</param>
    public FuzzTally Feed(string reader, int count, out int samples)
    {
        var inputs = new FuzzInputs(reader, SeedFolder, Seed);
        samples = inputs.SampleCount;
        var total = new FuzzTally();
        var progressPath = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(progressPath, BitConverter.GetBytes(-1));
            using var progress = MemoryMappedFile.CreateFromFile(progressPath, FileMode.Open);
            using var view = progress.CreateViewAccessor(0, sizeof(int));
            for (var start = 0; start < count && total.Failures.Count < MaxFailures;)
            {
                view.Write(0, -1);
                var death = Watch(Arguments(reader, start, count, progressPath), () => view.ReadInt32(0), total);
                if (death is null)
                {
                    break;
                }

                var index = view.ReadInt32(0);
                total.Failures.Add(new FuzzFailure(index, death));
                start = Math.Max(start, index) + 1;
            }
        }
        finally
        {
            File.Delete(progressPath);
            if (Directory.Exists(FilesOf(progressPath)))
            {
                Directory.Delete(FilesOf(progressPath), recursive: true);
            }
        }

        Save(reader, inputs, total.Failures);
        return total;
    }

    private string[] Arguments(string reader, int start, int count, string progressPath)
    {
        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
        string[] arguments =
        [
            FuzzWorker.Name, "--reader", reader, "--start", Text(start), "--count", Text(count), "--seed", Text(Seed),
            "--max-values", Text(MaxValues), "--progress", progressPath,
        ];
        return SeedFolder is null ? arguments : [.. arguments, "--seeds", SeedFolder];
    }

    // Null where the worker came to its end; else what it died of.
    private static string? Watch(string[] arguments, Func<int> currentIndex, FuzzTally total)
    {
        using var worker = Start(arguments);
        var errors = worker.StandardError.ReadToEndAsync();
        var lines = Task.Run(() =>
        {
            while (worker.StandardOutput.ReadLine() is { } line)
            {
                total.Add(JsonSerializer.Deserialize<FuzzTally>(line)!);
            }
        });
        var death = WaitForEnd(worker, currentIndex);
        worker.WaitForExit();
        lines.Wait();
        return death ?? (worker.ExitCode == 0 ? null : $"the process ended with {worker.ExitCode}: {errors.Result}");
    }

    private static string? WaitForEnd(Process worker, Func<int> currentIndex)
    {
        var (index, since, processorTime) = (int.MinValue, Stopwatch.StartNew(), TimeSpan.Zero);
        while (!worker.WaitForExit(200))
        {
            try
            {
                worker.Refresh();
                if (currentIndex() != index)
                {
                    (index, since, processorTime) = (currentIndex(), Stopwatch.StartNew(), worker.TotalProcessorTime);
                }

                // Making the samples, before the first input, may take longer.
                var isSlow = index >= 0 && worker.TotalProcessorTime - processorTime > ProcessorLimit;
                var death = isSlow || since.Elapsed > ClockLimit ? "it took more than 5 seconds"
                    : worker.WorkingSet64 > ResidentBytes ? $"it took {worker.WorkingSet64 >> 20} MB of memory"
                    : null;
                if (death is not null)
                {
                    worker.Kill();
                    return death;
                }
            }
            catch (InvalidOperationException) when (worker.HasExited)
            {
                // It ended between the question and the answer.
            }
        }

        return null;
    }

    private static Process Start(string[] arguments)
    {
        var program = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(program, isHost ? [Assembly.GetExecutingAssembly().Location, .. arguments] : arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = HeapBytes.ToString("X", CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

    private void Save(string reader, FuzzInputs inputs, List<FuzzFailure> failures)
    {
        foreach (var failure in failures.Where(failure => failure.Index >= 0))
        {
            Directory.CreateDirectory(FailureFolder);
            var (name, content, options) = inputs.At(failure.Index, MaxValues);
            var path = Path.Combine(FailureFolder, $"{reader}-{failure.Index}-{name}");
            File.WriteAllBytes(path, content);
            Console.Error.WriteLine($"{path} ({options}): {failure.Problem}");
        }
    }
}
