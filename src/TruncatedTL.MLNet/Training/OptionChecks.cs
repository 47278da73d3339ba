using System.Globalization;

namespace TruncatedTL.MLNet.Training;

/// <summary>Checks of option fields; each message names the field, its value and what is allowed.</summary>
internal static class OptionChecks
{
    public static void AtLeast(int value, int minimum, string field)
    {
        if (value < minimum)
        {
            throw new ArgumentOutOfRangeException(field, value, $"{field} must be at least {minimum}.");
        }
    }

    /// <summary>Requires minimum &lt;= value &lt;= maximum; NaN never passes.</summary>
    public static void InRange(double value, double minimum, double maximum, string field)
    {
        if (!(value >= minimum && value <= maximum))
        {
            throw OutOfRange(field, value, maximum == double.MaxValue ? $"a finite number of at least {Text(minimum)}" : $"between {Text(minimum)} and {Text(maximum)}");
        }
    }

    /// <summary>Requires 0 &lt; value &lt;= maximum; NaN never passes.</summary>
    public static void Positive(double value, double maximum, string field)
    {
        if (!(value > 0 && value <= maximum))
        {
            throw OutOfRange(field, value, maximum == double.MaxValue ? "positive and finite" : $"greater than 0 and at most {Text(maximum)}");
        }
    }

    public static void Defined<TEnum>(TEnum value, string field)
        where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw OutOfRange(field, value, $"one of {string.Join(", ", Enum.GetNames<TEnum>())}");
        }
    }

    private static ArgumentOutOfRangeException OutOfRange(string field, object value, string allowed) => new(field, value, $"{field} must be {allowed}.");

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
