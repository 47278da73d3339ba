namespace TruncatedTL.MLNet.Search;

/// <summary>
/// How a search spends its trainings. A method has no memory: it looks at the evidence and says what it wants next, so that the same evidence leads to the
/// same decision in any process, before and after a kill.
/// </summary>
/// <remarks>
/// The caller carries out all requests of a step and asks again, until the method chooses. A candidate whose training fails disappears from
/// <see cref="SearchEvidence.Candidates"/>. Each step must ask for something that has not been reached, or choose; then a search ends.
/// </remarks>
public abstract class SearchMethod
{
    /// <summary>Short name, e.g. <c>Guided</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Short trainings and bisection for the smallest network that is not worse than the best: the default.</summary>
    public static GuidedSearch Guided() => new();

    /// <summary>The paper's search: block ends first, then every rung around the best of them; the highest score wins.</summary>
    public static TwoStageSearch TwoStage() => new();

    /// <summary>Every candidate is trained to its end; the highest score wins.</summary>
    public static ExhaustiveSearch Exhaustive() => new();

    /// <summary>All rungs for a few epochs, the better ones for more; the smallest survivor that is not worse than the best wins.</summary>
    /// <param name="start">Epochs of the first round, at least 1.</param>
    /// <param name="eta">One of how many is kept, and by how much the epochs grow, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    public static SuccessiveHalvingSearch SuccessiveHalving(int start = 3, int eta = 3) => new() { Start = start, Eta = eta };

    /// <summary>No search: only the candidates of the given names are trained.</summary>
    /// <param name="candidates">Names of candidates, e.g. <c>Truncated(layer3.1)</c>; at least one.</param>
    /// <exception cref="ArgumentException">There is no name, or an empty one, or one twice.</exception>
    public static FixedSearch Fixed(params string[] candidates) => new(candidates);

    /// <summary>
    /// Reads what <see cref="ToString"/> of the library's own methods writes, e.g. <c>Guided</c>, <c>SuccessiveHalving(start=3, eta=3)</c> or <c>Fixed(Truncated(layer3.1), Full)</c>; case does
    /// not matter. Options that are not written have their defaults.
    /// </summary>
    /// <exception cref="FormatException">The text is none of the library's methods.</exception>
    /// <exception cref="ArgumentException">The text is a method with an option out of range.</exception>
    public static SearchMethod Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return MethodText.Parse(text);
    }

    /// <summary>Says what to do next.</summary>
    /// <param name="evidence">What is known.</param>
    /// <exception cref="ArgumentException">There is no candidate.</exception>
    public abstract SearchStep Next(SearchEvidence evidence);

    /// <summary>The name, with options that are not at their default.</summary>
    public override string ToString() => Name;
}
