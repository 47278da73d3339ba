using TruncatedTL.MLNet.Reporting.Charts;
using TruncatedTL.MLNet.Reporting.Formatting;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Reporting;

public sealed class FigureTextTests
{
    [Theory]
    [InlineData(0.9124, ".912")]
    [InlineData(-0.0042, "−.004")]
    [InlineData(-0.0001, ".000")]
    [InlineData(1.2, "1.200")]
    [InlineData(0.9999, "1.000")]
    public void Metrics_have_three_digits(double value, string expected) => Assert.Equal(expected, FigureText.Metric(value));

    [Theory]
    [InlineData(0.012, "+.012")]
    [InlineData(-0.012, "−.012")]
    [InlineData(0.0001, ".000")]
    public void Differences_have_a_sign(double value, string expected) => Assert.Equal(expected, FigureText.Difference(value));

    [Theory]
    [InlineData(0.64, ".64")]
    [InlineData(0.0341, ".034")]
    [InlineData(0.0004, "<\u00A0.001")]
    [InlineData(1, "1.00")]
    public void P_values_are_short(double value, string expected) => Assert.Equal(expected, FigureText.P(value));

    [Theory]
    [InlineData(812, "812")]
    [InlineData(811_600, "812k")]
    [InlineData(999_600, "1.00M")]
    [InlineData(11_176_512, "11.2M")]
    [InlineData(1_820_000_000, "1.82G")]
    public void Counts_have_units(double value, string expected) => Assert.Equal(expected, FigureText.Count(value));

    [Theory]
    [InlineData(4.21, "4.2\u00A0s")]
    [InlineData(59.7, "1\u00A0min\u00A000\u00A0s")]
    [InlineData(200, "3\u00A0min\u00A020\u00A0s")]
    [InlineData(3905, "1\u00A0h\u00A005\u00A0min")]
    public void Durations_read_as_people_say_them(double value, string expected) => Assert.Equal(expected, FigureText.Seconds(value));

    [Theory]
    [InlineData(0.871, 0.912)]
    [InlineData(-3, 17)]
    [InlineData(0.5, 0.5)]
    [InlineData(1e-7, 2e-7)]
    public void Axes_hold_their_values_between_round_ticks(double low, double high)
    {
        var axis = Axis.Linear([low, high]);
        Assert.InRange(low, axis.Lowest, axis.Highest);
        Assert.InRange(high, axis.Lowest, axis.Highest);
        Assert.InRange(axis.Ticks.Count, 3, 12);
        Assert.Equal(0, axis.Position(axis.Lowest), 9);
        Assert.Equal(1, axis.Position(axis.Highest), 9);
        Assert.Equal(axis.Ticks.Count, axis.Ticks.Select(tick => tick.Label).Distinct().Count());
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(1e3, 3e7)]
    [InlineData(2.1, 4.3)]
    public void Logarithmic_axes_hold_their_values(double low, double high)
    {
        var axis = Axis.Logarithmic([low, high], FigureText.Count);
        Assert.True(axis.Lowest < low && axis.Highest > high);
        Assert.NotEmpty(axis.Ticks);
        Assert.All(axis.Ticks, tick => Assert.InRange(axis.Position(tick.Value), 0, 1));
        Assert.Equal(0.5, axis.Position(Math.Sqrt(axis.Lowest * axis.Highest)), 9);
    }
}
