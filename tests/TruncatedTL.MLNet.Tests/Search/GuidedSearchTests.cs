using TruncatedTL.MLNet.Search;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Search;

public sealed class GuidedSearchTests
{
    [Fact]
    public void References_then_bisection_then_the_winner_then_the_control()
    {
        var evidence = ResNet50Ladder.Evidence(Knee(9));
        Assert.Equal(
            ["k11 k14 k17 @10 Search", "k5 @10 Search", "k8 @10 Search", "k9 @10 Search", "k9 @end Winner", "k17 @end Control", "k9"],
            ResNet50Ladder.Trace(SearchMethod.Guided(), evidence));
    }

    [Fact]
    public void Where_only_the_whole_network_will_do_bisection_goes_up_from_the_reference_below()
    {
        var evidence = ResNet50Ladder.Evidence(Knee(17));
        Assert.Equal(
            ["k11 k14 k17 @10 Search", "k15 @10 Search", "k16 @10 Search", "k17 @end Winner", "k17"],
            ResNet50Ladder.Trace(SearchMethod.Guided(), evidence));
    }

    [Theory]
    [InlineData(100, 10)]
    [InlineData(60, 10)]
    [InlineData(45, 8)]
    [InlineData(30, 5)]
    [InlineData(12, 3)]
    [InlineData(1, 3)]
    public void Short_trainings_are_a_sixth_of_the_longest_within_bounds(int maxEpochs, int epochs) =>
        Assert.Equal(epochs, GuidedSearch.DefaultShortEpochs(maxEpochs));

    [Fact]
    public void Short_trainings_are_no_longer_than_the_longest()
    {
        var rung = ResNet50Ladder.Rungs[0];
        var evidence = new Replay.CurveEvidence([rung], new Dictionary<string, double[]> { ["k1"] = [0.5, 0.6] }, (_, _) => 0);
        Assert.Equal(["k1 @2 Search", "k1"], ResNet50Ladder.Trace(SearchMethod.Guided(), evidence));
    }

    [Fact]
    public void A_control_that_is_better_in_the_end_by_more_than_the_tolerance_wins_and_the_reason_says_so()
    {
        var evidence = ResNet50Ladder.Evidence(Knee(9), atEnd: name => name == "k17" ? 0.9 : Knee(9)(name));
        var choice = evidence.Run(SearchMethod.Guided());
        Assert.Equal("k17", choice.Winner.Name);
        Assert.Contains("k9, which the search had found, is worse by 0.100", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_control_that_is_better_within_the_tolerance_does_not_win()
    {
        var evidence = ResNet50Ladder.Evidence(Knee(9), atEnd: name => name == "k17" ? 0.815 : Knee(9)(name));
        var choice = evidence.Run(SearchMethod.Guided());
        Assert.Equal("k9", choice.Winner.Name);
        Assert.Contains("not worse than the best, k17 (23.508M parameters, score 0.815); the tolerance is 0.020", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Candidates_that_are_no_rungs_are_controls_and_can_win()
    {
        var candidates = ResNet50Ladder.Rungs.Append(ResNet50Ladder.Probe).ToArray();
        double Score(string name) => name == "Probe" ? 0.9 : Knee(9)(name);
        var trace = ResNet50Ladder.Trace(SearchMethod.Guided(), ResNet50Ladder.Evidence(Score, candidates: candidates));
        Assert.Equal(["k17 Probe @end Control", "Probe"], trace.TakeLast(2));

        trace = ResNet50Ladder.Trace(new GuidedSearch { CompareAll = false, TrainControl = false }, ResNet50Ladder.Evidence(Score, candidates: candidates));
        Assert.Equal(["k9 @end Winner", "k9"], trace.TakeLast(2));
    }

    [Fact]
    public void Neighbours_are_trained_to_their_end_on_request()
    {
        var trace = ResNet50Ladder.Trace(new GuidedSearch { Neighbours = true, TrainControl = false }, ResNet50Ladder.Evidence(Knee(9)));
        Assert.Equal(["k9 @end Winner", "k8 k10 @end Search", "k9"], trace.TakeLast(3));
    }

    [Fact]
    public void Frozen_scores_spare_rungs_that_are_clearly_too_low_and_the_reason_says_so()
    {
        // Far too low up to k6: bisection starts between k6 and k11.
        var candidates = ResNet50Ladder.Rungs.Select(rung => rung with { FrozenScore = rung.Cut <= 6 ? 0.55 : 0.8 }).ToArray();
        var evidence = ResNet50Ladder.Evidence(Knee(9), candidates: candidates);
        evidence.Carry(new TrainingRequest(candidates[10], 10, RequestPurpose.Search));
        evidence.Carry(new TrainingRequest(candidates[13], 10, RequestPurpose.Search));
        evidence.Carry(new TrainingRequest(candidates[16], 10, RequestPurpose.Search));
        var step = Assert.IsType<SearchStep.Train>(SearchMethod.Guided().Next(evidence));
        Assert.Equal("k8", Assert.Single(step.Requests).Candidate.Name);
        Assert.Contains("k6", step.Reason, StringComparison.Ordinal);
        Assert.Contains("Frozen scores", step.Reason, StringComparison.Ordinal);
        Assert.Equal("k9", evidence.Run(SearchMethod.Guided()).Winner.Name);
    }

    [Fact]
    public void Frozen_scores_that_are_wrong_cost_trainings_but_change_no_result()
    {
        var candidates = ResNet50Ladder.Rungs.Select(rung => rung with { FrozenScore = rung.Cut <= 6 ? 0.55 : 0.8 }).ToArray();
        var trace = ResNet50Ladder.Trace(SearchMethod.Guided(), ResNet50Ladder.Evidence(Knee(4), candidates: candidates));
        Assert.Equal(
            ["k11 k14 k17 @10 Search", "k8 @10 Search", "k7 @10 Search", "k3 @10 Search", "k5 @10 Search", "k4 @10 Search", "k4 @end Winner", "k17 @end Control", "k4"],
            trace);
    }

    [Fact]
    public void Frozen_scores_of_some_rungs_only_are_not_used()
    {
        var candidates = ResNet50Ladder.Rungs.Select(rung => rung with { FrozenScore = rung.Cut <= 6 ? 0.55 : rung.Cut == 12 ? null : 0.8 }).ToArray();
        Assert.Equal(
            ResNet50Ladder.Trace(SearchMethod.Guided(), ResNet50Ladder.Evidence(Knee(9))),
            ResNet50Ladder.Trace(SearchMethod.Guided(), ResNet50Ladder.Evidence(Knee(9), candidates: candidates)));
    }

    [Fact]
    public void A_failed_reference_is_replaced_by_what_is_left()
    {
        var evidence = ResNet50Ladder.Evidence(Knee(9), failsAt: new() { ["k17"] = 5, ["k14"] = 1 });
        var trace = ResNet50Ladder.Trace(SearchMethod.Guided(), evidence);
        Assert.Equal(["k11 k14 k17 @10 Search", "k13 k16 @10 Search", "k5 @10 Search"], trace.Take(3));
        Assert.Equal("k9", trace[^1]);
        Assert.DoesNotContain(trace, step => step.Contains("Control", StringComparison.Ordinal));
    }

    [Fact]
    public void A_winner_that_fails_on_its_way_to_the_end_is_replaced()
    {
        var evidence = ResNet50Ladder.Evidence(Knee(9), failsAt: new() { ["k9"] = 11 });
        Assert.Equal("k10", evidence.Run(SearchMethod.Guided()).Winner.Name);
    }

    [Fact]
    public void A_score_that_is_no_number_never_wins()
    {
        double Score(string name) => name is "k5" or "k14" ? double.NaN : 0.8;
        var evidence = ResNet50Ladder.Evidence(Score);
        Assert.Equal("k6", evidence.Run(SearchMethod.Guided()).Winner.Name);
        Assert.Equal("k1", ResNet50Ladder.Evidence(Score).Run(SearchMethod.Exhaustive()).Winner.Name);
        var error = Assert.Throws<InvalidOperationException>(() => ResNet50Ladder.Evidence(_ => double.NaN).Run(SearchMethod.Guided()));
        Assert.Contains("no candidate", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_smaller_rung_that_was_found_worse_does_not_come_back_because_its_training_ended_early()
    {
        // k8 is worse than k17, but not than k9, and k17 is not trained to its end.
        double Score(string name) => name switch { "k17" => 0.81, "k8" => 0.785, _ => Knee(9)(name) };
        var curves = ResNet50Ladder.Rungs.ToDictionary(rung => rung.Name, rung => Enumerable.Repeat(Score(rung.Name), rung.Name == "k8" ? 5 : 60).ToArray());
        var evidence = new Replay.CurveEvidence(ResNet50Ladder.Rungs, curves, (_, _) => 0.02);
        Assert.Equal("k9", evidence.Run(new GuidedSearch { TrainControl = false }).Winner.Name);
    }

    [Fact]
    public void A_ladder_without_a_reference_within_the_tolerance_is_left()
    {
        var other = ResNet50Ladder.Rungs.Select(rung => rung with { Index = rung.Index + 17, Name = "w" + rung.Cut, Ladder = "weak" });
        var evidence = ResNet50Ladder.Evidence(name => name[0] == 'w' ? 0.7 : Knee(9)(name), candidates: [.. ResNet50Ladder.Rungs, .. other]);
        var trace = ResNet50Ladder.Trace(SearchMethod.Guided(), evidence);
        Assert.Equal("k11 w11 k14 w14 k17 w17 @10 Search", trace[0]);
        Assert.DoesNotContain(trace.Skip(1), step => step.Contains('w', StringComparison.Ordinal));
        Assert.Equal("k9", trace[^1]);
    }

    [Fact]
    public void Ladders_are_searched_side_by_side_and_the_smallest_network_wins()
    {
        var other = ResNet50Ladder.Rungs.Select(rung => rung with { Index = rung.Index + 17, Name = "w" + rung.Cut, Ladder = "wide", ParameterCount = 2 * rung.ParameterCount });
        var evidence = ResNet50Ladder.Evidence(name => Knee(name[0] == 'w' ? 5 : 9)(name), candidates: [.. ResNet50Ladder.Rungs, .. other]);
        var trace = ResNet50Ladder.Trace(SearchMethod.Guided(), evidence);
        Assert.Equal("k5 w5 @10 Search", trace[1]);
        Assert.Equal(["w5 @end Winner", "w17 @end Control", "w5"], trace.TakeLast(3));
    }

    [Theory]
    [InlineData("3", "k3 @10 Search|k3 @end Winner|k3")]
    [InlineData("3 9", "k3 k9 @10 Search|k9 @end Winner|k9")]
    [InlineData("9 17", "k9 k17 @10 Search|k9 @end Winner|k17 @end Control|k9")]
    [InlineData("9 10 11", "k10 k11 @10 Search|k9 @10 Search|k9 @end Winner|k9")]
    [InlineData("2 9 17", "k9 k17 @10 Search|k2 @10 Search|k9 @end Winner|k17 @end Control|k9")]
    public void Short_ladders_are_searched_too(string cuts, string trace)
    {
        var chosen = cuts.Split(' ').Select(cut => ResNet50Ladder.Rungs[int.Parse(cut) - 1]).ToArray();
        Assert.Equal(trace.Split('|'), ResNet50Ladder.Trace(SearchMethod.Guided(), ResNet50Ladder.Evidence(Knee(9), candidates: chosen)));
    }

    [Fact]
    public void Without_rungs_all_are_trained()
    {
        SearchCandidate[] candidates = [ResNet50Ladder.Probe, ResNet50Ladder.Probe with { Name = "Other", ParameterCount = 10 }];
        Assert.Equal(
            ["Other Probe @end Search", "Other"],
            ResNet50Ladder.Trace(new GuidedSearch { CompareAll = false }, ResNet50Ladder.Evidence(_ => 0.5, candidates: candidates)));
    }

    [Fact]
    public void Short_epochs_below_one_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GuidedSearch { ShortEpochs = 0 });

    private static Func<string, double> Knee(int cut) => name => ResNet50Ladder.Cut(name) >= cut ? 0.8 : 0.5 + (0.01 * ResNet50Ladder.Cut(name));
}
