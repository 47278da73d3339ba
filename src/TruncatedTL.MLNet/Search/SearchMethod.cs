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

    /// <summary>Says what to do next.</summary>
    /// <param name="evidence">What is known.</param>
    /// <exception cref="ArgumentException">There is no candidate.</exception>
    public abstract SearchStep Next(SearchEvidence evidence);
}
