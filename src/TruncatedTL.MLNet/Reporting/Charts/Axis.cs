using TruncatedTL.MLNet.Reporting.Formatting;

namespace TruncatedTL.MLNet.Reporting.Charts;

/// <summary>A scale with ticks at round numbers.</summary>
internal sealed class Axis
{
    private readonly bool _isLogarithmic;

    private Axis(double lowest, double highest, bool isLogarithmic, IReadOnlyList<(double Value, string Label)> ticks)
    {
        Lowest = lowest;
        Highest = highest;
        _isLogarithmic = isLogarithmic;
        Ticks = ticks;
    }

    /// <summary>The value at the start.</summary>
    public double Lowest { get; }

    /// <summary>The value at the end.</summary>
    public double Highest { get; }

    /// <summary>Where ticks stand and what they say.</summary>
    public IReadOnlyList<(double Value, string Label)> Ticks { get; }

    /// <summary>A linear scale around the values, ending at ticks.</summary>
    /// <param name="values">What must fit; may be empty.</param>
    /// <param name="ticks">About how many ticks.</param>
    public static Axis Linear(IEnumerable<double> values, int ticks = 5)
    {
        var (low, high) = Ends(values, (0.0, 1.0));
        if (high - low < 1e-9)
        {
            var room = Math.Max(0.01, Math.Abs(low) * 0.05);
            (low, high) = (low - room, high + room);
        }

        var step = NiceStep((high - low) / Math.Max(1, ticks));
        var first = Math.Floor((low / step) + 1e-9);
        var last = Math.Ceiling((high / step) - 1e-9);
        var decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + 1e-9));
        var format = decimals == 0 ? "0" : "0." + new string('0', decimals);
        return new Axis(first * step, last * step, false, [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => ((first + i) * step, Label((first + i) * step, format)))]);
    }

    /// <summary>A linear scale with given ends and ticks.</summary>
    public static Axis Between(double lowest, double highest, IReadOnlyList<(double Value, string Label)> ticks) => new(lowest, highest, false, ticks);

    /// <summary>Shares from 0 to 1.</summary>
    public static Axis Share() => Between(0, 1, [(0, "0"), (0.25, ".25"), (0.5, ".5"), (0.75, ".75"), (1, "1")]);

    /// <summary>A logarithmic scale around positive values, with ticks at round numbers.</summary>
    /// <param name="values">What must fit, all positive.</param>
    /// <param name="label">The label of a tick.</param>
    public static Axis Logarithmic(IEnumerable<double> values, Func<double, string> label)
    {
        var (low, high) = Ends(values, (1.0, 10.0));
        var (lowest, highest) = (low / 1.25, high * 1.25);
        double[] factors = (highest / lowest) switch
        {
            > 300 => [1],
            > 30 => [1, 3],
            > 8 => [1, 2, 5],
            _ => [1, 1.5, 2, 3, 4, 5, 7],
        };
        var ticks = new List<(double, string)>();
        for (var decade = Math.Floor(Math.Log10(lowest)); decade <= Math.Log10(highest); decade++)
        {
            ticks.AddRange(factors.Select(factor => factor * Math.Pow(10, decade)).Where(value => value >= lowest && value <= highest).Select(value => (value, label(value))));
        }

        return new Axis(lowest, highest, true, ticks.Count > 0 ? ticks : [(low, label(low))]);
    }

    /// <summary>Where a value lies: 0 at the start, 1 at the end.</summary>
    public double Position(double value) => _isLogarithmic
        ? (Math.Log(value) - Math.Log(Lowest)) / (Math.Log(Highest) - Math.Log(Lowest))
        : (value - Lowest) / (Highest - Lowest);

    private static (double Low, double High) Ends(IEnumerable<double> values, (double, double) otherwise)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        return finite.Length == 0 ? otherwise : (finite.Min(), finite.Max());
    }

    private static double NiceStep(double raw)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var factor = raw / power;
        return power * (factor <= 1.0001 ? 1 : factor <= 2.0001 ? 2 : factor <= 5.0001 ? 5 : 10);
    }

    private static string Label(double value, string format)
    {
        if (Math.Abs(value) < 1e-12)
        {
            return "0";
        }

        var text = FigureText.Number(value, format);
        return text.Replace("−0.", "−.", StringComparison.Ordinal) is var signed && signed.StartsWith("0.", StringComparison.Ordinal) ? signed[1..] : signed;
    }
}
