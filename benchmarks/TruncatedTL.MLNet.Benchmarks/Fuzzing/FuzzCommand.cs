using System.CommandLine;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Benchmarks.Fuzzing;

/// <summary>
/// Feeds every image reader with damaged files and reports what became of them. Anything but an image or an image data exception is a failure:
/// another exception, a crash of the process, more than 5 seconds for one input, more memory than allowed.
/// </summary>
internal static class FuzzCommand
{
    public static Command Command()
    {
        var reader = new Option<string[]>("--reader") { Description = $"names of readers; default: all. {BrokenReader.ReaderName} fails in every way, to show that this is noticed", AllowMultipleArgumentsPerToken = true };
        var count = new Option<int>("--count") { Description = "inputs per reader", DefaultValueFactory = _ => 200_000 };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
        var seeds = new Option<DirectoryInfo?>("--seeds") { Description = "folder of real files, which are damaged as well" };
        var maxValues = new Option<long>("--max-values") { Description = "limit of values an image that readers are given", DefaultValueFactory = _ => 1L << 24 };
        var failures = new Option<DirectoryInfo>("--failures") { Description = "where inputs go that a reader did not cope with", DefaultValueFactory = _ => new DirectoryInfo("fuzz-failures") };
        var output = new Option<FileInfo?>("--output") { Description = "file for the table" };
        var command = new Command("fuzz", "feeds image readers with damaged files") { reader, count, seed, seeds, maxValues, failures, output };
        command.SetAction(result => Run(
            result.GetValue(reader) ?? [],
            result.GetRequiredValue(count),
            new FuzzRun(result.GetRequiredValue(seed), result.GetValue(seeds)?.FullName, result.GetRequiredValue(maxValues), result.GetRequiredValue(failures).FullName),
            result.GetValue(output)?.FullName));
        return command;
    }

    private static int Run(string[] only, int count, FuzzRun run, string? output)
    {
        var names = only.Length == 0 ? [.. ImageReaders.All.Select(reader => reader.Name)] : only;
        var unknown = names.Except(ImageReaders.All.Select(reader => reader.Name)).Except([BrokenReader.ReaderName]).ToArray();
        if (unknown.Length > 0)
        {
            Console.Error.WriteLine($"There is no reader {string.Join(", ", unknown)}; there are: {string.Join(", ", ImageReaders.All.Select(reader => reader.Name))}");
            return 1;
        }

        var table = new StringBuilder();
        AppendHeading(table, count, run);
        Console.Write(table);
        var failed = 0;
        foreach (var name in names)
        {
            var tally = run.Feed(name, count, out var samples);
            failed += tally.Failures.Count;
            var refused = string.Join(", ", tally.Refused.OrderByDescending(pair => pair.Value).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:N0}")));
            var line = string.Create(CultureInfo.InvariantCulture, $"| {name} | {samples} | {tally.Inputs:N0} | {tally.Decoded:N0} | {refused} | {tally.SlowestMilliseconds:0} | {tally.PeakBytes >> 20} | {tally.Failures.Count} |");
            Console.WriteLine(line);
            table.AppendLine(line);
            if (output is not null)
            {
                File.WriteAllText(output, table.ToString());
            }
        }

        return failed == 0 ? 0 : 1;
    }

    private static void AppendHeading(StringBuilder table, int count, FuzzRun run)
    {
        table.AppendLine("# Damaged files for every image reader");
        table.AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"{count:N0} inputs a reader, seed {run.Seed}: first every aligned field of 2, 4 and 8 bytes of each sample set to values that careless readers fail on, then random bit flips,");
        table.AppendLine(CultureInfo.InvariantCulture, $"runs, cuts and insertions; checksums of PNG and gzip repaired afterwards in part. At most {run.MaxValues:N0} values an image, {FuzzRun.HeapBytes >> 20} MB of managed and {FuzzRun.ResidentBytes >> 20} MB of all memory.");
        table.AppendLine("A failure is any exception but those of image data, a crash, a hang of 5 seconds, or more memory. The slowest input and the peak of memory depend on the machine.");
        table.AppendLine();
        table.AppendLine("| reader | samples | inputs | decoded | refused with | slowest ms | peak MB | failures |");
        table.AppendLine("|---|---|---|---|---|---|---|---|");
    }
}
