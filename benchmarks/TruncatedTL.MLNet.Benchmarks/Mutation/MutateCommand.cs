using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TruncatedTL.MLNet.Benchmarks.Mutation;

/// <summary>Changes a comparison, a sign or a constant of the library, one at a time, and asks whether the tests of that folder notice.</summary>
internal static class MutateCommand
{
    private static readonly string[] DefaultFolders = ["Strategies", "Search", "Evaluation"];

    public static Command Command()
    {
        var count = new Option<int>("--count") { Description = "changes in the list", DefaultValueFactory = _ => 100 };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
        var folders = new Option<string[]>("--folders") { DefaultValueFactory = _ => DefaultFolders, AllowMultipleArgumentsPerToken = true };
        var only = new Option<int[]>("--only") { Description = "numbers of the list", AllowMultipleArgumentsPerToken = true };
        var minutes = new Option<double>("--minutes") { Description = "begin no further change after this time", DefaultValueFactory = _ => double.PositiveInfinity };
        var output = new Option<string>("--output") { DefaultValueFactory = _ => "benchmarks/results/mutation.md" };
        var command = new Command("mutate", "changes the library in small ways and counts which the tests notice; run it in the repository's root") { count, seed, folders, only, minutes, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(count), result.GetRequiredValue(seed), result.GetRequiredValue(folders), result.GetValue(only) ?? [], result.GetRequiredValue(minutes), result.GetRequiredValue(output)));
        return command;
    }

    private static int Run(int count, int seed, string[] folders, int[] only, double minutes, string output)
    {
        var watch = Stopwatch.StartNew();
        var repository = Directory.GetCurrentDirectory();
        var list = Draw(Path.Combine(repository, MutantWriter.Library), folders, count, seed);
        var copy = Directory.CreateTempSubdirectory("truncatedtl-mutants-").FullName;
        try
        {
            var writer = new MutantWriter(repository, copy);
            writer.Copy();
            writer.Write(list);
            var build = Dotnet(copy, mutant: null, TimeSpan.FromMinutes(20), "build", "-c", "Release", "tests/TruncatedTL.MLNet.Tests", "-v", "q", "-nologo");
            if (build.Code != 0)
            {
                Console.Error.WriteLine(build.Text);
                return 1;
            }

            var limits = new Dictionary<string, TimeSpan>();
            foreach (var folder in folders)
            {
                var start = watch.Elapsed;
                var (code, text) = Test(copy, folder, mutant: 0, TimeSpan.FromMinutes(20));
                if (code != 0)
                {
                    Console.Error.WriteLine($"The tests of {folder} fail without any change:\n{text}");
                    return 1;
                }

                limits[folder] = 5 * (watch.Elapsed - start) + TimeSpan.FromSeconds(30);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{folder}: {(watch.Elapsed - start).TotalSeconds:0} s without a change"));
            }

            // In an order of its own, so that a list that is not finished is a sample of all of it.
            var random = new Random(seed);
            var verdicts = new SortedDictionary<int, (Mutant Mutant, string Verdict)>();
            foreach (var mutant in list.OrderBy(_ => random.Next()).Where(mutant => only.Length == 0 || only.Contains(mutant.Number)))
            {
                if (watch.Elapsed.TotalMinutes > minutes)
                {
                    break;
                }

                var (code, text) = Test(copy, mutant.Folder, mutant.Number, limits[mutant.Folder]);
                var verdict = code == 0 ? "**survived**" : code == null ? "noticed (no end)" : "noticed";
                verdicts.Add(mutant.Number, (mutant, verdict));
                Console.WriteLine($"{mutant.Number} {mutant.File}:{mutant.Line} {mutant.Original} -> {mutant.Changed}: {verdict}");
                if (output.Length > 0 && only.Length == 0)
                {
                    File.WriteAllText(output, Page(verdicts, list.Count, seed));
                }
            }
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }

        return 0;
    }

    // Each folder has its share by lines of code, and no two changes stand in one expression.
    private static List<Mutant> Draw(string library, string[] folders, int count, int seed)
    {
        var random = new Random(seed);
        var all = new List<Mutant>();
        foreach (var folder in folders)
        {
            foreach (var path in Directory.GetFiles(Path.Combine(library, folder), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                all.AddRange(MutantFinder.In(Path.GetRelativePath(library, path).Replace('\\', '/'), File.ReadAllText(path).ReplaceLineEndings("\n")));
            }
        }

        var drawn = new List<Mutant>();
        foreach (var mutant in all.OrderBy(_ => random.Next()))
        {
            if (drawn.Count < count && !drawn.Any(other => other.File == mutant.File && other.Line == mutant.Line))
            {
                drawn.Add(mutant);
            }
        }

        // Expressions that span lines may still hold one another.
        drawn.RemoveAll(mutant => drawn.Any(other => other != mutant && other.File == mutant.File && other.Start >= mutant.Start && other.Start < mutant.Start + mutant.Length));
        return [.. drawn.OrderBy(mutant => mutant.File, StringComparer.Ordinal).ThenBy(mutant => mutant.Start).Select((mutant, index) => mutant with { Number = index + 1 })];
    }

    private static (int? Code, string Text) Test(string copy, string folder, int mutant, TimeSpan limit) => Dotnet(
        copy, mutant, limit, "vstest", Path.Combine("tests", "TruncatedTL.MLNet.Tests", "bin", "Release", "net10.0", "TruncatedTL.MLNet.Tests.dll"),
        $"--TestCaseFilter:FullyQualifiedName~TruncatedTL.MLNet.Tests.{folder}.", "--", "xUnit.StopOnFail=true");

    private static (int? Code, string Text) Dotnet(string folder, int? mutant, TimeSpan limit, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[MutantWriter.Variable] = mutant?.ToString(CultureInfo.InvariantCulture) ?? "0";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return (null, string.Empty);
        }

        return (process.ExitCode, output.Result + errors.Result);
    }

    private static string Page(SortedDictionary<int, (Mutant Mutant, string Verdict)> verdicts, int listed, int seed)
    {
        var noticed = verdicts.Values.Count(verdict => !verdict.Verdict.Contains("survived", StringComparison.Ordinal));
        var page = new StringBuilder();
        page.AppendLine("# Small changes of the library that the tests notice");
        page.AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"A comparison, a sign, an operator or a constant is changed, one at a time, and only the tests of the same folder are run. {listed} changes drawn with seed {seed};");
        page.AppendLine(CultureInfo.InvariantCulture, $"{verdicts.Count} of them tried, in random order: **{noticed} noticed, {(double)noticed / verdicts.Count:P0}**. A change that survives may be equal in effect, or be noticed by the tests of another folder.");
        page.AppendLine();
        foreach (var folder in verdicts.Values.GroupBy(verdict => verdict.Mutant.Folder))
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"- {folder.Key}: {folder.Count(verdict => !verdict.Verdict.Contains("survived", StringComparison.Ordinal))} of {folder.Count()}");
        }

        page.AppendLine();
        page.AppendLine("| | file | expression | changed to | |");
        page.AppendLine("|---|---|---|---|---|");
        foreach (var (mutant, verdict) in verdicts.Values)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {mutant.Number} | {mutant.File}:{mutant.Line} | `{Cell(mutant.Original)}` | `{Cell(mutant.Changed)}` | {verdict} |");
        }

        return page.ToString();
    }

    private static string Cell(string code) => string.Join(' ', code.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)).Replace("|", "\\|", StringComparison.Ordinal);
}
