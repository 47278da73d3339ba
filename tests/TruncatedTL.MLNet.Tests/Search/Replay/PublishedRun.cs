using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Tests.Search.Replay;

/// <summary>The 17 trainings of one split: their validation curves and what each came to on the test rows.</summary>
/// <param name="Name">Head and split.</param>
/// <param name="Candidates">The cuts of the ResNet-50.</param>
/// <param name="Curves">Validation accuracy after each epoch, by name of candidate.</param>
/// <param name="TestAurocs">AUROC on the test rows, by name of candidate.</param>
internal sealed record PublishedRun(
    string Name,
    IReadOnlyList<SearchCandidate> Candidates,
    IReadOnlyDictionary<string, double[]> Curves,
    IReadOnlyDictionary<string, double> TestAurocs)
{
    // The validation rows of BIMCV.
    private const double ValidationImages = 755;

    /// <summary>The curves as evidence; a score may be below the best by <paramref name="standardErrors"/> binomial standard errors of the best, but by no more than <paramref name="limit"/>.</summary>
    public CurveEvidence Evidence(double standardErrors, double limit) =>
        new(Candidates, Curves, (_, best) => Math.Min(limit, standardErrors * Math.Sqrt(best * (1 - best) / ValidationImages)));
}
