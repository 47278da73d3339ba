using System.CommandLine;
using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Text.Json;
using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Benchmarks.Fuzzing;

/// <summary>
/// Feeds one reader or parser with damaged files, in a process of its own whose memory <see cref="FuzzCommand"/> limits. The number of the input at work
/// stands in a file in memory, so that a crash or a hang can be traced to it.
/// </summary>
internal static class FuzzWorker
{
    /// <summary>Name of the command that starts a worker.</summary>
    public const string Name = "fuzz-worker";

    private const int BatchSize = 1000;
    private const int MaxFailures = 10;

    public static Command Command()
    {
        var reader = new Option<string>("--reader") { Required = true };
        var start = new Option<int>("--start") { Required = true };
        var count = new Option<int>("--count") { Required = true };
        var seed = new Option<int>("--seed") { Required = true };
        var maxValues = new Option<long>("--max-values") { Required = true };
        var progress = new Option<string>("--progress") { Required = true };
        var seeds = new Option<string?>("--seeds");
        var command = new Command(Name, "works for the command fuzz") { reader, start, count, seed, maxValues, progress, seeds };
        command.Hidden = true;
        command.SetAction(result => Run(
            result.GetRequiredValue(reader),
            new FuzzInputs(result.GetRequiredValue(reader), result.GetValue(seeds), result.GetRequiredValue(seed)),
            result.GetRequiredValue(start),
            result.GetRequiredValue(count),
            result.GetRequiredValue(maxValues),
            result.GetRequiredValue(progress)));
        return command;
    }

    private static void Run(string readerName, FuzzInputs inputs, int start, int count, long maxValues, string progressPath)
    {
        var target = FuzzTarget.Of(readerName);
        var folder = Directory.CreateDirectory(FuzzRun.FilesOf(progressPath)).FullName;
        using var progress = MemoryMappedFile.CreateFromFile(progressPath, FileMode.Open);
        using var view = progress.CreateViewAccessor(0, sizeof(int));
        var tally = new FuzzTally();
        var failures = 0;
        for (var index = start; index < count && failures < MaxFailures; index++)
        {
            view.Write(0, index);
            Try(target, inputs.At(index, maxValues), folder, index, tally);

            // A failure is told at once: the next input may be the one on which this process dies.
            if (tally.Inputs == BatchSize || index == count - 1 || tally.Failures.Count > 0)
            {
                failures += tally.Failures.Count;
                tally.PeakBytes = Process.GetCurrentProcess().PeakWorkingSet64;
                Console.WriteLine(JsonSerializer.Serialize(tally));
                tally = new FuzzTally();
            }
        }
    }

    private static void Try(FuzzTarget target, (string Name, byte[] Content, ImageReadOptions Options) input, string folder, int index, FuzzTally tally)
    {
        tally.Inputs++;
        var watch = Stopwatch.StartNew();
        try
        {
            var problem = target.Feed(input.Content, input.Name, input.Options, folder);
            tally.Decoded++;
            if (problem is not null)
            {
                tally.Failures.Add(new FuzzFailure(index, problem));
            }
        }
        catch (Exception exception) when (target.IsRefusal(exception))
        {
            var type = exception.GetType().Name;
            tally.Refused[type] = tally.Refused.GetValueOrDefault(type) + 1;
        }
        catch (Exception exception)
        {
            // Everything else that escapes from a reader is what this command looks for.
            tally.Failures.Add(new FuzzFailure(index, exception.ToString()));
        }

        if (watch.Elapsed.TotalMilliseconds > tally.SlowestMilliseconds)
        {
            (tally.SlowestMilliseconds, tally.SlowestIndex) = (watch.Elapsed.TotalMilliseconds, index);
        }
    }
}
