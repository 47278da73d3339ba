using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TruncatedTL.MLNet.Benchmarks.Mutation;

/// <summary>Changes a comparison, a sign or a constant of the library, one at a time, and asks whether the tests of that folder notice.</summary>
internal static partial class MutateCommand
{
    private const string Tests = "TruncatedTL.MLNet.Tests";

    private static readonly string[] DefaultFolders = ["Strategies", "Search", "Evaluation"];
    private static readonly TimeSpan LongestBuild = TimeSpan.FromMinutes(20);

    public static Command Command()
    {
        var count = new Option<int>("--count") { Description = "changes in the list", DefaultValueFactory = _ => 100 };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
        var folders = new Option<string[]>("--folders") { DefaultValueFactory = _ => DefaultFolders, AllowMultipleArgumentsPerToken = true };
        var only = new Option<int[]>("--only") { Description = "numbers of the list; the page keeps its other lines", AllowMultipleArgumentsPerToken = true };
        var tests = new Option<string[]>("--tests") { Description = "folders of tests instead of the change's own", AllowMultipleArgumentsPerToken = true };
        var goOn = new Option<bool>("--continue") { Description = "leaves out what the page has a line for" };
        var minutes = new Option<double>("--minutes") { Description = "begin no further change after this time", DefaultValueFactory = _ => double.PositiveInfinity };
        var output = new Option<string>("--output") { DefaultValueFactory = _ => "benchmarks/results/mutation.md" };
        var command = new Command("mutate", "changes the library in small ways and counts which the tests notice; run it in the repository's root") { count, seed, folders, only, tests, goOn, minutes, output };
        command.SetAction(result =>
        {
            var page = new MutationPage(result.GetRequiredValue(output), result.GetRequiredValue(seed));
            return Run(page, result.GetRequiredValue(count), result.GetRequiredValue(folders), result.GetValue(only) ?? [], result.GetValue(tests) ?? [], result.GetValue(goOn), result.GetRequiredValue(minutes));
        });
        return command;
    }

    private static int Run(MutationPage page, int count, string[] folders, int[] only, string[] tests, bool goOn, double minutes)
    {
        var watch = Stopwatch.StartNew();
        var repository = Directory.GetCurrentDirectory();
        var list = Draw(Path.Combine(repository, MutantWriter.Library), folders, count, page.Seed);
        if (only.Length > 0 || goOn)
        {
            page.ReadLines(list);
        }

        // In an order of its own, so that a list that is not finished is a sample of all of it.
        var random = new Random(page.Seed);
        var wanted = list.OrderBy(_ => random.Next()).Where(mutant => only.Length == 0 ? !page.Verdicts.ContainsKey(mutant.Number) : only.Contains(mutant.Number)).ToArray();
        Console.WriteLine($"{list.Count} changes drawn, {wanted.Length} of them to be tried.");
        var folder = Directory.CreateTempSubdirectory("truncatedtl-mutants-").FullName;
        try
        {
            var copy = Path.Combine(folder, "repository");
            var writer = new MutantWriter(repository, copy);
            writer.Copy();
            writer.Write(list);

            // The changes are no style to be judged; warnings that they give rise to are part of them.
            var build = Dotnet(
                copy, mutant: 0, LongestBuild,
                "build", "-c", "Release", $"tests/{Tests}", "-v", "q", "-nologo", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false", "-p:EnforceCodeStyleInBuild=false", "-p:NoWarn=CS0162%3BCS8600%3BCS8602");
            if (build.Code != 0)
            {
                Console.Error.WriteLine($"The library with all changes in it does not compile:\n{build.Text}");
                return 1;
            }

            var limits = new Dictionary<string, TimeSpan>();
            foreach (var own in wanted.Select(mutant => mutant.Folder).Distinct())
            {
                var start = watch.Elapsed;
                var (code, text) = Test(copy, tests.Length > 0 ? tests : [own], mutant: 0, LongestBuild);
                if (code != 0 || !text.Contains("Passed!", StringComparison.Ordinal))
                {
                    Console.Error.WriteLine($"The tests of {own} fail without any change, or there are none:\n{text}");
                    return 1;
                }

                limits[own] = (5 * (watch.Elapsed - start)) + TimeSpan.FromSeconds(30);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{own}: {(watch.Elapsed - start).TotalSeconds:0} s without a change"));
            }

            foreach (var mutant in wanted.TakeWhile(_ => watch.Elapsed.TotalMinutes <= minutes))
            {
                var (code, text) = Test(copy, tests.Length > 0 ? tests : [mutant.Folder], mutant.Number, limits[mutant.Folder]);
                var verdict = code == 0 ? MutationPage.Survived : code is null ? "noticed: the tests do not end" : $"noticed by {FirstFailed(text)}";
                page.Verdicts[mutant.Number] = (mutant, verdict);
                page.Write(list.Count);
                Console.WriteLine($"{watch.Elapsed:hh\\:mm\\:ss} {mutant.Number} {mutant.File}:{mutant.Line} {mutant.Original} -> {mutant.Changed}: {verdict}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    // At random among all expressions of the folders, so that each has its share by its code; one a line, none within another, and only what compiles.
    private static List<Mutant> Draw(string library, string[] folders, int count, int seed)
    {
        var random = new Random(seed);
        var compiler = new MutantCompiler(library);
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
            if (drawn.Count < count
                && !drawn.Any(other => other.File == mutant.File && (other.Line == mutant.Line || (other.Start < mutant.Start + mutant.Length && mutant.Start < other.Start + other.Length)))
                && compiler.Compiles(mutant))
            {
                drawn.Add(mutant);
            }
        }

        return [.. drawn.OrderBy(mutant => mutant.File, StringComparer.Ordinal).ThenBy(mutant => mutant.Start).Select((mutant, index) => mutant with { Number = index + 1 })];
    }

    private static (int? Code, string Text) Test(string copy, string[] folders, int mutant, TimeSpan limit) => Dotnet(
        copy, mutant, limit, "vstest", Path.Combine("tests", Tests, "bin", "Release", "net10.0", $"{Tests}.dll"),
        $"--TestCaseFilter:{string.Join('|', folders.Select(folder => $"FullyQualifiedName~{Tests}.{folder}."))}", "--", "xUnit.StopOnFail=true");

    private static (int? Code, string Text) Dotnet(string folder, int mutant, TimeSpan limit, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[MutantWriter.Variable] = mutant.ToString(CultureInfo.InvariantCulture);
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

    private static string FirstFailed(string text) =>
        FailedTest().Match(text) is { Success: true } match ? match.Groups["name"].Value : "the end of the process";

    [GeneratedRegex(@"^ *Failed TruncatedTL\.MLNet\.Tests\.(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex FailedTest();
}
