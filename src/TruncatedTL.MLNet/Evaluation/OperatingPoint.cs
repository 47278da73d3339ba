using System.Globalization;

namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// A rule by which the threshold of a yes-or-no question is chosen on validation rows. Rows with equal scores always fall on the same side, so that
/// the figure asked for may be exceeded.
/// </summary>
public sealed class OperatingPoint
{
    private readonly string _name;

    private OperatingPoint(string name, Func<double, double, double, double?> utility)
    {
        _name = name;
        Utility = utility;
    }

    /// <summary>
    /// Sensitivity, specificity and share of positives to what is maximised; null where the threshold is not acceptable. Of equally good thresholds
    /// the one with the higher sensitivity is taken.
    /// </summary>
    internal Func<double, double, double, double?> Utility { get; }

    /// <summary>The most positive rows at the highest specificity that reaches at least a sensitivity: the highest threshold that still finds so many.</summary>
    /// <param name="sensitivity">Greater than 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sensitivity is out of its range.</exception>
    public static OperatingPoint AtSensitivity(double sensitivity)
    {
        RequireShare(sensitivity, nameof(sensitivity));
        return new(
            string.Create(CultureInfo.InvariantCulture, $"sensitivity of at least {sensitivity}"),
            (reached, specificity, _) => reached >= sensitivity - 1e-12 ? specificity : null);
    }

    /// <summary>The highest sensitivity among thresholds that reach at least a specificity: the lowest threshold that still spares so many.</summary>
    /// <param name="specificity">Greater than 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The specificity is out of its range.</exception>
    public static OperatingPoint AtSpecificity(double specificity)
    {
        RequireShare(specificity, nameof(specificity));
        return new(
            string.Create(CultureInfo.InvariantCulture, $"specificity of at least {specificity}"),
            (sensitivity, reached, _) => reached >= specificity - 1e-12 ? sensitivity : null);
    }

    /// <summary>The largest sum of sensitivity and specificity (Youden 1950).</summary>
    public static OperatingPoint Youden() => new("Youden", (sensitivity, specificity, _) => sensitivity + specificity);

    /// <summary>The lowest expected cost.</summary>
    /// <param name="falseNegative">Cost of a positive that is missed, greater than 0; only the ratio of the two costs matters.</param>
    /// <param name="falsePositive">Cost of a negative that is called positive, greater than 0.</param>
    /// <param name="prevalence">Share of positives where the model will be used, between 0 and 1; null takes that of the validation rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static OperatingPoint Cost(double falseNegative, double falsePositive, double? prevalence = null)
    {
        RequireCost(falseNegative, nameof(falseNegative));
        RequireCost(falsePositive, nameof(falsePositive));
        if (prevalence is not (null or (> 0 and < 1)))
        {
            throw new ArgumentOutOfRangeException(nameof(prevalence), prevalence, "The prevalence must lie between 0 and 1.");
        }

        var where = prevalence is { } share ? string.Create(CultureInfo.InvariantCulture, $" at a prevalence of {share}") : string.Empty;
        return new(
            string.Create(CultureInfo.InvariantCulture, $"cost of a miss {falseNegative}, of a false alarm {falsePositive}{where}"),
            (sensitivity, specificity, observed) =>
            {
                var positives = prevalence ?? observed;
                return -(falseNegative * positives * (1 - sensitivity) + falsePositive * (1 - positives) * (1 - specificity));
            });
    }

    /// <summary>The rule in words.</summary>
    public override string ToString() => _name;

    private static void RequireShare(double value, string name)
    {
        if (value is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(name, value, $"The {name} must be greater than 0 and at most 1.");
        }
    }

    private static void RequireCost(double value, string name)
    {
        if (!(value > 0) || !double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(name, value, "A cost must be positive and finite.");
        }
    }
}
