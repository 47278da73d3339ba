using System.Globalization;
using System.Text;

namespace TruncatedTL.MLNet.Benchmarks.Mutation;

/// <summary>The page with a line for each change. What somebody has written below the table, from a second heading on, stays.</summary>
/// <param name="path">The file.</param>
/// <param name="seed">Seed of the list.</param>
internal sealed class MutationPage(string path, int seed)
{
    public const string Survived = "**survived**";

    private const string Heading = "\n## ";

    /// <summary>Seed of the list.</summary>
    public int Seed => seed;

    /// <summary>By number.</summary>
    public SortedDictionary<int, (Mutant Mutant, string Verdict)> Verdicts { get; } = [];

    /// <summary>Takes over the lines that an earlier call has written, as far as they speak of changes in this list.</summary>
    public void ReadLines(IReadOnlyList<Mutant> list)
    {
        var lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        foreach (var mutant in list)
        {
            var start = Start(mutant);
            if (lines.FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) is { } line)
            {
                Verdicts[mutant.Number] = (mutant, line[start.Length..].TrimEnd(' ', '|'));
            }
        }
    }

    /// <summary>Writes the page.</summary>
    /// <param name="listed">Length of the list.</param>
    public void Write(int listed)
    {
        var noticed = Noticed(Verdicts.Values);
        var page = new StringBuilder();
        page.AppendLine("# Small changes of the library that the tests notice");
        page.AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"A comparison, a sign, an operator or a constant is changed, one at a time, and only the tests of the same folder are run. {listed} changes drawn with seed {seed} among all that compile;");
        page.AppendLine(CultureInfo.InvariantCulture, $"{Verdicts.Count} of them tried: **{noticed} noticed, {(double)noticed / Verdicts.Count:P0}**. A change that survives may be equal in effect, or be noticed by the tests of another folder.");
        page.AppendLine();
        foreach (var folder in Verdicts.Values.GroupBy(verdict => verdict.Mutant.Folder))
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"- {folder.Key}: {Noticed(folder)} of {folder.Count()}");
        }

        page.AppendLine();
        page.AppendLine("| | file | expression | changed to | |");
        page.AppendLine("|---|---|---|---|---|");
        foreach (var (mutant, verdict) in Verdicts.Values)
        {
            page.AppendLine($"{Start(mutant)}{verdict} |");
        }

        var former = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : string.Empty;
        var below = former.IndexOf(Heading, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, page.ToString().ReplaceLineEndings("\n") + (below < 0 ? string.Empty : former[below..]));
    }

    private static int Noticed(IEnumerable<(Mutant Mutant, string Verdict)> verdicts) => verdicts.Count(verdict => !verdict.Verdict.StartsWith(Survived, StringComparison.Ordinal));

    private static string Start(Mutant mutant) =>
        string.Create(CultureInfo.InvariantCulture, $"| {mutant.Number} | {mutant.File}:{mutant.Line} | `{Cell(mutant.Original)}` | `{Cell(mutant.Changed)}` | ");

    private static string Cell(string code) => string.Join(' ', code.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)).Replace("|", "\\|", StringComparison.Ordinal);
}
