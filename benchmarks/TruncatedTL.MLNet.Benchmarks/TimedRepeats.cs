using System.Diagnostics;
using System.Globalization;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// Times of several actions that take turns, so that other work on the machine meets all of them alike. Processor time, of all threads of this
/// process, depends less on that work than wall-clock time.
/// </summary>
internal static class TimedRepeats
{
    /// <summary>Runs every action once to warm up, then in turns; gives each one's seconds in every turn.</summary>
    public static TimedAction[] Run(int turns, params IReadOnlyList<Action> actions)
    {
        foreach (var action in actions)
        {
            action();
        }

        var times = actions.Select(_ => new TimedAction(new double[turns], new double[turns])).ToArray();
        for (var turn = 0; turn < turns; turn++)
        {
            for (var i = 0; i < actions.Count; i++)
            {
                var before = Environment.CpuUsage.TotalTime;
                var watch = Stopwatch.StartNew();
                actions[i]();
                times[i].Wall[turn] = watch.Elapsed.TotalSeconds;
                times[i].Processor[turn] = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            }
        }

        return times;
    }

    /// <summary>The median.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The median of the ratios of two actions within a turn.</summary>
    public static double Ratio(IReadOnlyList<double> numerator, IReadOnlyList<double> denominator) =>
        Median([.. numerator.Zip(denominator, (above, below) => above / below)]);

    /// <summary>Cores, and the average number of running processes over the last minute where the system tells it.</summary>
    public static string Machine()
    {
        const string path = "/proc/loadavg";
        var load = File.Exists(path) ? $", load average {File.ReadAllText(path).Split(' ')[0]}" : string.Empty;
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores{load}");
    }
}

/// <summary>Seconds of an action, turn by turn.</summary>
internal sealed record TimedAction(double[] Wall, double[] Processor)
{
    /// <summary>Cells of a table: medians of wall-clock and processor seconds, and of both ratios to another action within a turn.</summary>
    public string Cells(TimedAction other) => string.Create(
        CultureInfo.InvariantCulture,
        $"{TimedRepeats.Median(Wall):0.00} | {TimedRepeats.Ratio(Wall, other.Wall):0.00} | {TimedRepeats.Median(Processor):0.00} | {TimedRepeats.Ratio(Processor, other.Processor):0.00}");
}
