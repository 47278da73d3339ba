namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>
/// Distribution functions that intervals and tests need, to about 12 digits. Quantiles are found by bisection: slower than a rational
/// approximation, but without tables of constants and correct wherever the distribution function is.
/// </summary>
internal static class Distributions
{
    // Halves an interval until neighbouring doubles are left, whatever its size.
    private const int Bisections = 200;

    /// <summary>Probability that a standard normal variable is at most <paramref name="x"/>.</summary>
    public static double NormalCdf(double x) => 0.5 * ComplementaryError(-x / Math.Sqrt(2));

    /// <summary>The value below which a standard normal variable lies with the given probability; infinite for 0 and 1.</summary>
    public static double NormalQuantile(double probability)
    {
        if (probability <= 0 || probability >= 1)
        {
            return probability <= 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        // The lower tail keeps its digits, the upper one is a difference from 1.
        return probability > 0.5
            ? -NormalQuantile(1 - probability)
            : Invert(NormalCdf, probability, -40, 0);
    }

    /// <summary>The z that leaves (1 - level) / 2 on either side.</summary>
    public static double TwoSidedNormal(double level) => -NormalQuantile((1 - level) / 2);

    /// <summary>Probability that a Student variable is further from 0 than <paramref name="t"/>.</summary>
    public static double StudentTwoSidedTail(double t, double degreesOfFreedom) =>
        RegularizedBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5);

    /// <summary>The t that leaves (1 - level) / 2 on either side.</summary>
    public static double TwoSidedStudent(double level, double degreesOfFreedom)
    {
        var upper = 1.0;
        while (StudentTwoSidedTail(upper, degreesOfFreedom) > 1 - level)
        {
            upper *= 2;
        }

        return Invert(t => -StudentTwoSidedTail(t, degreesOfFreedom), level - 1, 0, upper);
    }

    /// <summary>The value below which a Beta(a, b) variable lies with the given probability.</summary>
    public static double BetaQuantile(double probability, double a, double b) =>
        Invert(x => RegularizedBeta(x, a, b), probability, 0, 1);

    /// <summary>Probability that a Beta(a, b) variable is at most <paramref name="x"/>.</summary>
    public static double RegularizedBeta(double x, double a, double b)
    {
        if (x <= 0 || x >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        // The continued fraction converges fast below the mean; above it the complement does.
        if (x > (a + 1) / (a + b + 2))
        {
            return 1 - RegularizedBeta(1 - x, b, a);
        }

        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * double.LogP1(-x)) / a;
        return front * BetaContinuedFraction(x, a, b);
    }

    // Lentz's method (Press et al., Numerical Recipes, 6.4).
    private static double BetaContinuedFraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        const int MaximumTerms = 100_000;
        var numerator = 1.0;
        var denominator = 1 / Nonzero(1 - (a + b) * x / (a + 1));
        var value = denominator;
        for (var m = 1; m <= MaximumTerms; m++)
        {
            Step(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
            var change = Step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
            if (Math.Abs(change - 1) < 1e-16)
            {
                break;
            }
        }

        return value;

        double Step(double coefficient)
        {
            denominator = 1 / Nonzero(1 + coefficient * denominator);
            numerator = Nonzero(1 + coefficient / numerator);
            value *= denominator * numerator;
            return denominator * numerator;
        }

        static double Nonzero(double value) => Math.Abs(value) < Tiny ? Tiny : value;
    }

    // Stirling's series, which needs a large argument; the recurrence of the gamma function leads there.
    private static double LogGamma(double x)
    {
        var product = 1.0;
        while (x < 15)
        {
            product *= x;
            x++;
        }

        var inverseSquare = 1 / (x * x);
        var series = (1 / 12.0 + inverseSquare * (-1 / 360.0 + inverseSquare * (1 / 1260.0 + inverseSquare * (-1 / 1680.0 + inverseSquare / 1188)))) / x;
        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series - Math.Log(product);
    }

    private static double ComplementaryError(double x)
    {
        if (x < 0)
        {
            return 2 - ComplementaryError(-x);
        }

        // Both meet here: the series loses digits to 1 - erf above, the continued fraction converges slowly below.
        return x < 2.5 ? 1 - ErrorSeries(x) : ErrorContinuedFraction(x);
    }

    // erf(x) = 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (1 x 3 x ... x (2n+1)): all terms are positive.
    private static double ErrorSeries(double x)
    {
        var term = x;
        var sum = x;
        for (var n = 1; term > 1e-18 * sum; n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private static double ErrorContinuedFraction(double x)
    {
        var tail = x;
        for (var n = 100; n >= 1; n--)
        {
            tail = x + n / 2.0 / tail;
        }

        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * tail);
    }

    private static double Invert(Func<double, double> increasing, double target, double lower, double upper)
    {
        for (var i = 0; i < Bisections; i++)
        {
            var middle = lower + (upper - lower) / 2;
            if (middle <= lower || middle >= upper)
            {
                break;
            }

            (lower, upper) = increasing(middle) < target ? (middle, upper) : (lower, middle);
        }

        return lower + (upper - lower) / 2;
    }
}
