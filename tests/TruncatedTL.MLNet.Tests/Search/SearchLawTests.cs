using FsCheck.Xunit;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Tests.Search.Replay;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Search;

/// <summary>What holds for every method on any ladders and curves.</summary>
public sealed class SearchLawTests
{
    [Property(MaxTest = 100)]
    public void Every_method_ends_and_never_asks_for_what_has_been_reached(int seed)
    {
        var scenario = new SearchScenario(seed, failures: true);
        foreach (var method in SearchScenario.Methods(scenario))
        {
            // Run throws where a step asks for nothing or for what has been reached.
            var evidence = scenario.Evidence();
            if (Run(method, evidence) is { } choice)
            {
                Assert.Contains(choice.Winner, evidence.Candidates);
                Assert.True(evidence.HasReached(choice.Winner, null));
                Assert.NotEmpty(choice.Reason);
            }
        }
    }

    [Property(MaxTest = 40)]
    public void A_search_that_is_killed_at_any_request_and_resumed_picks_the_same(int seed)
    {
        var scenario = new SearchScenario(seed);
        foreach (var method in SearchScenario.Methods(scenario))
        {
            var undisturbed = scenario.Evidence();
            var choice = undisturbed.Run(method);

            var evidence = scenario.Evidence();
            var work = 0.0;
            while (method.Next(evidence) is SearchStep.Train step)
            {
                Assert.Equal(step.Requests, Assert.IsType<SearchStep.Train>(SearchMethod.Parse(method.ToString()).Next(evidence.Reopened())).Requests);
                evidence.Carry(step.Requests[(seed & 0xff) % step.Requests.Count]);
                work += evidence.MacEpochs.Values.Sum();
                evidence = evidence.Reopened();
            }

            Assert.Equal(choice, method.Next(evidence));
            Assert.Equal(undisturbed.MacEpochs.Values.Sum(), work);
        }
    }

    [Property(MaxTest = 40)]
    public void A_search_that_meets_failures_picks_the_same_when_it_is_resumed_at_every_step(int seed)
    {
        var scenario = new SearchScenario(seed, failures: true);
        foreach (var method in SearchScenario.Methods(scenario))
        {
            var choice = Run(method, scenario.Evidence());
            var evidence = scenario.Evidence();
            while (evidence.Candidates.Count > 0 && !(method is FixedSearch && choice is null) && method.Next(evidence) is SearchStep.Train step)
            {
                foreach (var request in step.Requests)
                {
                    evidence.Carry(request);
                }

                evidence = evidence.Reopened();
            }

            Assert.Equal(choice, Run(method, evidence));
        }
    }

    [Property(MaxTest = 100)]
    public void The_order_of_the_candidates_changes_nothing(int seed)
    {
        var scenario = new SearchScenario(seed, failures: true);
        var shuffled = scenario.Shuffled();
        foreach (var method in SearchScenario.Methods(scenario))
        {
            var (first, second) = (scenario.Evidence(), scenario.Evidence(shuffled));
            Assert.Equal(Run(method, first)?.Winner.Name, Run(method, second)?.Winner.Name);
            Assert.Equal(first.MacEpochs.OrderBy(pair => pair.Key), second.MacEpochs.OrderBy(pair => pair.Key));
        }
    }

    [Property(MaxTest = 200)]
    public void Guided_search_finds_the_exact_minimum_where_more_rungs_never_harm(int seed, byte plateau)
    {
        // Score rises with size up to a plateau, in every ladder alike; frozen scores are noise.
        var knee = 1 + (plateau * 20.0);
        var scenario = new SearchScenario(seed, candidate => Math.Min(candidate.ParameterCount, knee) / knee, others: false);

        var choice = scenario.Evidence().Run(SearchMethod.Guided());

        double Score(SearchCandidate candidate) => scenario.Curves[candidate.Name][0];
        var best = scenario.Candidates.Max(Score);
        var exact = scenario.Candidates.Where(candidate => Score(candidate) >= best - scenario.Tolerance).Min(candidate => candidate.ParameterCount);
        Assert.Equal(exact, choice.Winner.ParameterCount);
    }

    [Property(MaxTest = 100)]
    public void Among_equals_the_smallest_is_picked(int seed)
    {
        var scenario = new SearchScenario(seed, _ => 0.8, others: false);
        var smallest = scenario.Candidates.Min(candidate => candidate.ParameterCount);
        foreach (var method in SearchScenario.Methods(scenario).Where(method => method is not FixedSearch))
        {
            Assert.Equal(smallest, scenario.Evidence().Run(method).Winner.ParameterCount);
        }
    }

    [Property(MaxTest = 100)]
    public void The_choice_is_never_worse_than_a_finished_candidate_by_more_than_the_tolerance(int seed)
    {
        var scenario = new SearchScenario(seed, failures: true);
        foreach (var method in SearchScenario.Methods(scenario).Where(method => method is not FixedSearch))
        {
            var evidence = scenario.Evidence();
            if (Run(method, evidence) is { } choice)
            {
                var best = evidence.Candidates.Where(candidate => evidence.HasReached(candidate, null)).Max(candidate => evidence.Score(candidate, null));
                Assert.InRange(evidence.Score(choice.Winner, null), best - scenario.Tolerance, best);
            }
        }
    }

    [Fact]
    public void Nothing_to_search_among_is_an_error()
    {
        var scenario = new SearchScenario(1);
        foreach (var method in SearchScenario.Methods(scenario))
        {
            Assert.Throws<ArgumentException>(() => method.Next(scenario.Evidence([])));
            Assert.Throws<ArgumentNullException>(() => method.Next(null!));
        }
    }

    // Null where every candidate that the method may choose has failed.
    private static SearchStep.Choose? Run(SearchMethod method, CurveEvidence evidence)
    {
        try
        {
            return evidence.Run(method);
        }
        catch (ArgumentException) when (evidence.Candidates.Count == 0 || method is FixedSearch)
        {
            return null;
        }
    }
}
