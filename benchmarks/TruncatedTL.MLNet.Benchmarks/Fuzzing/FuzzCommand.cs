using System.CommandLine;
using System.Globalization;
using System.Text;

namespace TruncatedTL.MLNet.Benchmarks.Fuzzing;

/// <summary>
/// Feeds every image reader, or every other parser, with damaged files and reports what became of them. Anything but a result or a documented exception is a failure:
/// another exception, a crash of the process, more than 5 seconds for one input, more memory than allowed.
/// </summary>
internal static class FuzzCommand
{
    public static Command Command()
    {
        var reader = new Option<string[]>("--reader") { Description = $"names of readers; default: all. {BrokenReader.ReaderName} fails in every way, to show that this is noticed", AllowMultipleArgumentsPerToken = true };
        var parsers = new Option<bool>("--parsers") { Description = "weights, checkpoints, networks and files of experiments instead of images" };
        var count = new Option<int>("--count") { Description = "inputs per reader", DefaultValueFactory = _ => 200_000 };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
        var seeds = new Option<DirectoryInfo?>("--seeds") { Description = "folder of real files, which are damaged as well" };
        var maxValues = new Option<long>("--max-values") { Description = "limit of values an image that readers are given", DefaultValueFactory = _ => 1L << 24 };
        var failures = new Option<DirectoryInfo>("--failures") { Description = "where inputs go that a reader did not cope with", DefaultValueFactory = _ => new DirectoryInfo("fuzz-failures") };
        var output = new Option<FileInfo?>("--output") { Description = "file for the table" };
        var command = new Command("fuzz", "feeds image readers, or the other parsers, with damaged files") { reader, parsers, count, seed, seeds, maxValues, failures, output };
        command.SetAction(result => Run(
            result.GetValue(reader) ?? [],
            result.GetValue(parsers),
            result.GetRequiredValue(count),
            new FuzzRun(result.GetRequiredValue(seed), result.GetValue(seeds)?.FullName, result.GetRequiredValue(maxValues), result.GetRequiredValue(failures).FullName),
            result.GetValue(output)?.FullName));
        return command;
    }

    private static int Run(string[] only, bool parsers, int count, FuzzRun run, string? output)
    {
        string[] all = [.. FuzzTarget.ImageReaderNames, .. FuzzTarget.ParserNames];
        var names = only.Length > 0 ? only : parsers ? FuzzTarget.ParserNames : FuzzTarget.ImageReaderNames;
        var unknown = names.Except(all).Except([BrokenReader.ReaderName]).ToArray();
        if (unknown.Length > 0)
        {
            Console.Error.WriteLine($"There is no reader {string.Join(", ", unknown)}; there are: {string.Join(", ", all)}");
            return 1;
        }

        var table = new StringBuilder();
        if (parsers)
        {
            AppendParsersHeading(table, count, run);
        }
        else
        {
            AppendHeading(table, count, run);
        }

        AppendColumns(table);
        Console.Write(table);
        var heading = table.ToString();
        var lines = new SortedDictionary<int, string>(FormerLines(output, heading, all));
        var failed = 0;
        foreach (var name in names)
        {
            var tally = run.Feed(name, count, out var samples);
            failed += tally.Failures.Count;
            var refused = string.Join(", ", tally.Refused.OrderByDescending(pair => pair.Value).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:N0}")));
            var line = string.Create(CultureInfo.InvariantCulture, $"| {name} | {samples} | {tally.Inputs:N0} | {tally.Decoded:N0} | {refused} | {tally.SlowestMilliseconds:0} | {tally.PeakBytes >> 20} | {tally.Failures.Count} |");
            Console.WriteLine(line);
            lines[Array.IndexOf(all, name)] = line;
            if (output is not null)
            {
                File.WriteAllText(output, heading + string.Concat(lines.Values.Select(text => text + Environment.NewLine)));
            }
        }

        return failed == 0 ? 0 : 1;
    }

    // Readers that are not fed this time keep their lines, where the page was made with the same count and seed.
    private static Dictionary<int, string> FormerLines(string? output, string heading, string[] all) =>
        output is null || !File.Exists(output) || !File.ReadAllText(output).StartsWith(heading, StringComparison.Ordinal) ? []
        : File.ReadLines(output).Select(line => (Line: line, Reader: Array.FindIndex(all, name => line.StartsWith($"| {name} |", StringComparison.Ordinal))))
            .Where(entry => entry.Reader >= 0).ToDictionary(entry => entry.Reader, entry => entry.Line);

    private static void AppendHeading(StringBuilder table, int count, FuzzRun run)
    {
        table.AppendLine("# Damaged files for every image reader");
        table.AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"{count:N0} inputs a reader, seed {run.Seed}: first every aligned field of 2, 4 and 8 bytes of each sample set to values that careless readers fail on, then random bit flips,");
        table.AppendLine(CultureInfo.InvariantCulture, $"runs, cuts and insertions; checksums of PNG and gzip repaired afterwards in part. At most {run.MaxValues:N0} values an image, {FuzzRun.HeapBytes >> 20} MB of managed and {FuzzRun.ResidentBytes >> 20} MB of all memory.");
        table.AppendLine("A failure is any exception but those of image data, a crash, a hang of 5 seconds, or more memory. The slowest input and the peak of memory depend on the machine.");
    }

    private static void AppendParsersHeading(StringBuilder table, int count, FuzzRun run)
    {
        table.AppendLine("# Damaged and hostile files for every parser but those of images");
        table.AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"{count:N0} inputs a parser, seed {run.Seed}: aligned fields set to values that careless readers fail on, random bit flips, runs, cuts and insertions; half of the inputs of a format that is");
        table.AppendLine("JSON, or has a header of it, stay JSON: other kinds and sizes of values, members that are gone or double, deep nesting, names that lead out of the folder. Checkpoints, zips and");
        table.AppendLine(CultureInfo.InvariantCulture, $"pickles are sealed again behind the damage, in part. {FuzzRun.HeapBytes >> 20} MB of managed and {FuzzRun.ResidentBytes >> 20} MB of all memory. ExperimentFolder puts a damaged file into a whole experiment and asks what to train next.");
        table.AppendLine("A failure is any exception but the documented ones, a crash, a hang of 5 seconds, or more memory. The slowest input and the peak of memory depend on the machine.");
    }

    private static void AppendColumns(StringBuilder table)
    {
        table.AppendLine();
        table.AppendLine("| reader | samples | inputs | decoded | refused with | slowest ms | peak MB | failures |");
        table.AppendLine("|---|---|---|---|---|---|---|---|");
    }
}
