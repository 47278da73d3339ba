using System.Diagnostics;
using System.Globalization;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Wall-clock times of several actions that take turns, so that other work on the machine meets all of them alike.</summary>
internal static class TimedRepeats
{
    /// <summary>Runs every action once to warm up, then in turns; gives each one's seconds in every turn, [actions][turns].</summary>
    public static double[][] Run(int turns, params IReadOnlyList<Action> actions)
    {
        foreach (var action in actions)
        {
            action();
        }

        var seconds = actions.Select(_ => new double[turns]).ToArray();
        for (var turn = 0; turn < turns; turn++)
        {
            for (var i = 0; i < actions.Count; i++)
            {
                var watch = Stopwatch.StartNew();
                actions[i]();
                seconds[i][turn] = watch.Elapsed.TotalSeconds;
            }
        }

        return seconds;
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
