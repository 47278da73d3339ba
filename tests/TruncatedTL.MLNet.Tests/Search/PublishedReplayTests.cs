using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Tests.Search.Replay;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Search;

/// <summary>The methods on the curves that the paper's authors released, against figures that were computed without the library.</summary>
public sealed class PublishedReplayTests
{
    [SkippableFact]
    public void Searches_that_take_the_highest_score_are_led_to_large_networks_by_noise()
    {
        var runs = Runs();
        Check(SearchMethod.Exhaustive(), runs, 2, [17, 16, 7, 11], auroc: 0.8497, parameters: 12.2, cost: 1.46);
        Check(SearchMethod.TwoStage(), runs, 2, [17, 16, 7, 11], auroc: 0.8497, parameters: 12.2, cost: 1);
    }

    [SkippableFact]
    public void Halving_reproduces_the_reference() =>
        Check(SearchMethod.SuccessiveHalving(), Runs(), 1, [12, 13, 11, 12], auroc: 0.8631, parameters: 6.3, cost: 0.19);

    [SkippableFact]
    public void Guided_search_reproduces_the_reference_bisection_and_keeps_within_its_bar()
    {
        var runs = Runs();
        Check(SearchMethod.Guided(), runs, 2, [10, 9, 9, 11], auroc: 0.8640, parameters: 3.8, cost: 0.165);

        // The very defaults of an experiment.
        var defaults = new BinaryExperimentSettings();
        var result = ReplayResult.Of(defaults.Search, runs, defaults.ToleranceStandardErrors, defaults.ToleranceLimit);
        Assert.True(result.Auroc >= 0.858);
        Assert.True(result.Cost <= 0.20);
        Assert.True(result.Parameters <= 5.5e6);
    }

    [SkippableFact]
    public void No_search_costs_what_one_training_costs() =>
        Check(SearchMethod.Fixed("Full"), Runs(), 2, [17, 17, 17, 17], auroc: 0.8467, parameters: 23.5, cost: 0.143);

    private static IReadOnlyList<PublishedRun> Runs() => PublishedRuns.Read(
        RepositoryFiles.RequireShared("published", "bimcv_curves.csv"),
        RepositoryFiles.RequireShared("published", "published_results.csv"));

    private static void Check(SearchMethod method, IReadOnlyList<PublishedRun> runs, double standardErrors, int[] picks, double auroc, double parameters, double cost)
    {
        var result = ReplayResult.Of(method, runs, standardErrors);
        Assert.Equal(picks, result.Picks);
        Assert.Equal(auroc, result.Auroc, 0.00005);
        Assert.Equal(parameters, result.Parameters / 1e6, 0.05);
        Assert.Equal(cost, result.Cost, 0.005);
    }
}
