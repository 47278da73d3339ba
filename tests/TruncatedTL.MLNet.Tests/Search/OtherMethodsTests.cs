using TruncatedTL.MLNet.Search;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Search;

public sealed class OtherMethodsTests
{
    [Fact]
    public void Two_stages_are_block_ends_and_what_lies_around_the_best_of_them()
    {
        var evidence = ResNet50Ladder.Evidence(Peak(7));
        Assert.Equal(["k4 k8 k14 k17 @end Search", "k5 k6 k7 k9 k10 k11 k12 k13 @end Search", "k7"], ResNet50Ladder.Trace(SearchMethod.TwoStage(), evidence));
    }

    [Fact]
    public void Below_the_lowest_block_end_lies_the_stem_too()
    {
        var evidence = ResNet50Ladder.Evidence(Peak(2));
        Assert.Equal(["k4 k8 k14 k17 @end Search", "k1 k2 k3 k5 k6 k7 @end Search", "k2"], ResNet50Ladder.Trace(SearchMethod.TwoStage(), evidence));
    }

    [Fact]
    public void Of_given_cuts_the_highest_of_each_block_is_its_end()
    {
        var given = ResNet50Ladder.Rungs.Where(rung => rung.Cut is 4 or 9 or 10 or 15).ToArray();
        Assert.Equal(["k4 k10 k15 @end Search", "k9 @end Search", "k9"], ResNet50Ladder.Trace(SearchMethod.TwoStage(), ResNet50Ladder.Evidence(Peak(9), candidates: given)));
    }

    [Fact]
    public void The_highest_score_wins_unless_the_tolerance_is_asked_for()
    {
        Assert.Equal("k9", ResNet50Ladder.Evidence(Peak(9)).Run(SearchMethod.Exhaustive()).Winner.Name);
        Assert.Equal("k7", ResNet50Ladder.Evidence(Peak(9)).Run(new ExhaustiveSearch { WithinTolerance = true }).Winner.Name);
        Assert.Equal("k7", ResNet50Ladder.Evidence(Peak(9)).Run(new TwoStageSearch { WithinTolerance = true }).Winner.Name);
    }

    [Fact]
    public void Candidates_that_are_no_rungs_are_controls_of_every_method_and_take_part()
    {
        var candidates = ResNet50Ladder.Rungs.Append(ResNet50Ladder.Probe).ToArray();
        foreach (var method in new SearchMethod[] { SearchMethod.TwoStage(), SearchMethod.Exhaustive(), SearchMethod.SuccessiveHalving() })
        {
            var trace = ResNet50Ladder.Trace(method, ResNet50Ladder.Evidence(name => name == "Probe" ? 0.9 : Peak(9)(name), candidates: candidates));
            Assert.EndsWith("Probe @end Control", trace[^2], StringComparison.Ordinal);
            Assert.Equal("Probe", trace[^1]);
        }
    }

    [Fact]
    public void The_same_network_twice_is_one_rung_and_a_control()
    {
        var twin = ResNet50Ladder.Rungs[16] with { Index = 17, Name = "Twin", IsFullTransfer = false };
        var trace = ResNet50Ladder.Trace(SearchMethod.Guided(), ResNet50Ladder.Evidence(_ => 0.5, candidates: [twin, .. ResNet50Ladder.Rungs]));
        Assert.Equal("k11 k14 k17 @10 Search", trace[0]);
        Assert.Equal("Twin k17 @end Control", trace[^2]);
    }

    [Fact]
    public void Halving_keeps_a_third_for_three_times_the_epochs_and_stops_before_one_is_left()
    {
        var trace = ResNet50Ladder.Trace(SearchMethod.SuccessiveHalving(), ResNet50Ladder.Evidence(Peak(9), tolerance: 0.011));
        Assert.Equal(
            ["k1 k2 k3 k4 k5 k6 k7 k8 k9 k10 k11 k12 k13 k14 k15 k16 k17 @3 Search", "k7 k8 k9 k10 k11 @9 Search", "k8 @end Winner", "k17 @end Control", "k8"],
            trace);
    }

    [Fact]
    public void A_few_are_not_halved_but_trained_on_once()
    {
        var given = ResNet50Ladder.Rungs.Where(rung => rung.Cut is 9 or 10 or 11).ToArray();
        var trace = ResNet50Ladder.Trace(SearchMethod.SuccessiveHalving(), ResNet50Ladder.Evidence(Peak(10), tolerance: 0, candidates: given));
        Assert.Equal(["k9 k10 k11 @3 Search", "k9 k10 k11 @9 Search", "k10 @end Winner", "k10"], trace);
    }

    [Fact]
    public void Fixed_trains_what_is_named_and_nothing_else()
    {
        Assert.Equal(["k9 @end Winner", "k9"], ResNet50Ladder.Trace(SearchMethod.Fixed("K9"), ResNet50Ladder.Evidence(Peak(3))));
        Assert.Equal(["k9 k17 @end Search", "k9"], ResNet50Ladder.Trace(SearchMethod.Fixed("k17", "k9"), ResNet50Ladder.Evidence(Peak(9))));
    }

    [Fact]
    public void A_name_that_no_candidate_has_is_told()
    {
        var error = Assert.Throws<ArgumentException>(() => SearchMethod.Fixed("layer9").Next(ResNet50Ladder.Evidence(Peak(3))));
        Assert.Contains("layer9", error.Message, StringComparison.Ordinal);
        Assert.Contains("k17", error.Message, StringComparison.Ordinal);
        Assert.Contains("Not among the candidates: layer9", ResNet50Ladder.Evidence(Peak(3)).Run(SearchMethod.Fixed("k9", "layer9")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SearchMethod.SuccessiveHalving(start: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SearchMethod.SuccessiveHalving(eta: 1));
        Assert.Throws<ArgumentException>(() => SearchMethod.Fixed());
        Assert.Throws<ArgumentException>(() => SearchMethod.Fixed("a", " "));
        Assert.Throws<ArgumentException>(() => SearchMethod.Fixed("a", "A"));
    }

    // Falls by .01 a rung to both sides.
    private static Func<string, double> Peak(int cut) => name => 0.8 - (0.01 * Math.Abs(ResNet50Ladder.Cut(name) - cut));
}
