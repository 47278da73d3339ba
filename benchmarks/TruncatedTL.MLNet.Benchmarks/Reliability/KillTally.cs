using System.Globalization;
using System.Text.RegularExpressions;
using TruncatedTL.MLNet.Tests.Reliability.Workers;

namespace TruncatedTL.MLNet.Benchmarks.Reliability;

/// <summary>What became of the kills of one kind of work, as it stands in a line of the page: calls that go on add to it.</summary>
/// <param name="Counts">Kills, runs that came to their end, epochs told, epochs of as many undisturbed runs, kills within a write, refused zips, temporary files, those at the end.</param>
/// <param name="After">Kills by the last line that the child had told.</param>
internal sealed partial record KillTally(int[] Counts, SortedDictionary<string, int> After)
{
    /// <summary>Kills so far.</summary>
    public int Kills => Counts[0];

    /// <summary>Reads what a section says of a kind of work; nothing where it says nothing.</summary>
    public static KillTally Of(string section, string kind)
    {
        var lines = section.Split('\n');
        var row = Array.Find(lines, line => line.StartsWith($"| {kind} |", StringComparison.Ordinal));
        var after = Array.Find(lines, line => line.StartsWith($"- {kind}, ", StringComparison.Ordinal));
        return new KillTally(
            row is null ? new int[8] : [.. Number().Matches(row).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture))],
            new(Entries(after ?? string.Empty).ToDictionary(pair => pair.Key, pair => pair.Value)));
    }

    /// <summary>This and what a run has seen.</summary>
    public KillTally With(KillRun run)
    {
        int[] seen = [run.Kills, run.Chains, run.EpochsTold, run.Chains * run.EpochsUndisturbed, run.HalfWritten, run.RefusedZips, run.Leftovers, run.LeftoversAtTheEnd];
        var after = new SortedDictionary<string, int>(After);
        foreach (var (line, kills) in run.KillsAfter)
        {
            after[line] = after.GetValueOrDefault(line) + kills;
        }

        return new KillTally([.. Counts.Zip(seen, (earlier, now) => earlier + now)], after);
    }

    /// <summary>A line of the table.</summary>
    public string Row(string kind) => string.Create(
        CultureInfo.InvariantCulture, $"| {kind} | {Counts[0]} | {Counts[1]} | {Counts[2]} / {Counts[3]} | {Counts[4]} | {Counts[5]} | {Counts[6]} | {Counts[7]} |");

    private static IEnumerable<KeyValuePair<string, int>> Entries(string line) => line.Split(": ", 2) is [_, var list]
        ? list.Split(", ").Select(entry => KeyValuePair.Create(entry[..entry.LastIndexOf(' ')], int.Parse(entry[(entry.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)))
        : [];

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
