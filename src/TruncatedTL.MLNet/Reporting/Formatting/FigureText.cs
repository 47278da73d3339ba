using System.Globalization;
using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Reporting.Formatting;

/// <summary>Numbers as people read them, the same in every culture: three digits for figures, no zero before the point, a true minus sign.</summary>
internal static class FigureText
{
    /// <summary>What stands where nothing was measured.</summary>
    public const string Missing = "–";

    private const string Minus = "−";

    /// <summary>A figure, e.g. <c>.912</c>, <c>−.004</c>, <c>1.204</c>.</summary>
    public static string Metric(double value) => Pointed(value, "0.000");

    /// <summary>A difference with its sign, e.g. <c>+.012</c>.</summary>
    public static string Difference(double value)
    {
        var text = Metric(value);
        return Math.Round(value, 3) > 0 ? "+" + text : text;
    }

    /// <summary>The ends of an interval, e.g. <c>.871 to .942</c>.</summary>
    public static string Interval(ConfidenceInterval interval) => $"{Metric(interval.Lower)} to {Metric(interval.Upper)}";

    /// <summary>The level of an interval, e.g. <c>95 %</c>.</summary>
    public static string Level(double level) => Number(level * 100, "0.##") + "\u00A0%";

    /// <summary>A p value, e.g. <c>.64</c>, <c>.034</c>, <c>&lt; .001</c>.</summary>
    public static string P(double p) => p < 0.001 ? "<\u00A0.001" : Pointed(p, p < 0.1 ? "0.000" : "0.00");

    /// <summary>The same in a sentence, e.g. <c>p = .64</c>.</summary>
    public static string PSentence(double p) => p < 0.001 ? "p\u00A0<\u00A0.001" : "p\u00A0=\u00A0" + P(p);

    /// <summary>A count with three digits and its unit, e.g. <c>11.2M</c>.</summary>
    public static string Count(double value) => value switch
    {
        < 1000 => Number(value, "0.##"),
        < 999_500 => Digits(value / 1e3) + "k",
        < 999_500_000 => Digits(value / 1e6) + "M",
        < 999_500_000_000 => Digits(value / 1e9) + "G",
        _ => Digits(value / 1e12) + "T",
    };

    /// <summary>A whole number with thin groups, e.g. <c>11 176 512</c>.</summary>
    public static string Whole(long value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202F');

    /// <summary>Bytes in decimal units, e.g. <c>10.3 MB</c>.</summary>
    public static string Bytes(double value) => value switch
    {
        < 1000 => Number(value, "0") + "\u00A0B",
        < 999_500 => Digits(value / 1e3) + "\u00A0kB",
        < 999_500_000 => Digits(value / 1e6) + "\u00A0MB",
        _ => Digits(value / 1e9) + "\u00A0GB",
    };

    /// <summary>A duration, e.g. <c>4.2 s</c>, <c>3 min 20 s</c>, <c>1 h 05 min</c>.</summary>
    public static string Seconds(double value)
    {
        var whole = (long)Math.Round(value);
        return value < 10 ? Number(value, "0.0") + "\u00A0s"
            : whole < 60 ? Number(whole, "0") + "\u00A0s"
            : whole < 3600 ? string.Create(CultureInfo.InvariantCulture, $"{whole / 60}\u00A0min\u00A0{whole % 60:00}\u00A0s")
            : string.Create(CultureInfo.InvariantCulture, $"{whole / 3600}\u00A0h\u00A0{whole % 3600 / 60:00}\u00A0min");
    }

    /// <summary>Milliseconds, e.g. <c>4.21 ms</c>.</summary>
    public static string Milliseconds(double value) => Digits(value) + "\u00A0ms";

    /// <summary>How many times, e.g. <c>3.9</c>.</summary>
    public static string Times(double value) => Number(value, value < 10 ? "0.0" : "0");

    /// <summary>A work of training as multiple of another, e.g. <c>2.31 x</c>.</summary>
    public static string Multiple(double value) => Digits(value) + "\u00A0×";

    /// <summary>Three significant digits.</summary>
    public static string Digits(double value)
    {
        var size = Math.Abs(value);
        return Number(value, size >= 99.95 ? "0" : size >= 9.995 ? "0.0" : size >= 0.9995 || size == 0 ? "0.00" : "0.000");
    }

    /// <summary>A number in a format of .NET, with a true minus sign.</summary>
    public static string Number(double value, string format)
    {
        var text = value.ToString(format, CultureInfo.InvariantCulture);
        return text.StartsWith('-') ? Minus + text[1..] : text;
    }

    private static string Pointed(double value, string format)
    {
        // What rounds to nothing has no sign.
        var text = Math.Abs(value).ToString(format, CultureInfo.InvariantCulture);
        var isZero = text.All(c => c is '0' or '.');
        text = text.StartsWith("0.", StringComparison.Ordinal) ? text[1..] : text;
        return value < 0 && !isZero ? Minus + text : text;
    }
}
