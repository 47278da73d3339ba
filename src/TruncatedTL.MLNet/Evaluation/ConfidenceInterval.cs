using System.Globalization;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>A confidence interval.</summary>
/// <param name="Lower">The lower end.</param>
/// <param name="Upper">The upper end.</param>
/// <param name="Level">Share of such intervals that hold the true value, such as 0.95.</param>
/// <param name="Method">How it was found.</param>
public sealed record ConfidenceInterval(double Lower, double Upper, double Level, IntervalMethod Method)
{
    /// <summary>For instance <c>95 % CI 0.871 to 0.942, DeLong</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Level * 100:0.##} % CI {Lower:0.000} to {Upper:0.000}, {Name(Method)}");

    private static string Name(IntervalMethod method) => method switch
    {
        IntervalMethod.Logit => "logit",
        IntervalMethod.ClopperPearson => "Clopper-Pearson",
        IntervalMethod.BootstrapPercentile => "bootstrap",
        IntervalMethod.BootstrapBca => "bootstrap BCa",
        IntervalMethod.CorrectedResampledT => "corrected resampled t",
        _ => method.ToString(),
    };
}
