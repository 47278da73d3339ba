using FsCheck.Xunit;
using TruncatedTL.MLNet.Search;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Search;

public sealed class SearchForecastTests
{
    [Fact]
    public void Where_all_is_as_assumed_the_forecast_is_what_a_search_takes()
    {
        foreach (var method in Methods())
        {
            var evidence = ResNet50Ladder.Evidence(_ => 0.8);
            var forecast = SearchForecast.Remaining(method, evidence, 60, ForecastAssumption.EqualScores);
            Assert.Equal(forecast.Winner, evidence.Run(method).Winner);
            Assert.Equal(evidence.MacEpochs.Values.Sum(), forecast.MacEpochs);
            Assert.Equal(forecast.MacEpochs - evidence.MacEpochs.GetValueOrDefault(RequestPurpose.Control), forecast.MacEpochsWithoutControls);
        }
    }

    [Fact]
    public void What_is_done_and_what_is_left_are_the_whole_at_every_step()
    {
        foreach (var method in Methods())
        {
            var evidence = ResNet50Ladder.Evidence(_ => 0.8);
            var whole = SearchForecast.Total(method, evidence, 60, ForecastAssumption.EqualScores).MacEpochs;
            while (method.Next(evidence) is SearchStep.Train step)
            {
                evidence.Carry(step.Requests[0]);
                Assert.Equal(whole, evidence.MacEpochs.Values.Sum() + SearchForecast.Remaining(method, evidence, 60, ForecastAssumption.EqualScores).MacEpochs, 1.0);
            }

            Assert.Empty(SearchForecast.Remaining(method, evidence, 60, ForecastAssumption.EqualScores).Trainings);
            Assert.Equal(whole, SearchForecast.Total(method, evidence, 60, ForecastAssumption.EqualScores).MacEpochs);
        }
    }

    [Property(MaxTest = 40)]
    public void Once_all_is_known_the_price_of_any_search_is_exact(int seed)
    {
        var scenario = new SearchScenario(seed);
        var known = scenario.Evidence();
        known.Run(SearchMethod.Exhaustive());
        foreach (var method in SearchScenario.Methods(scenario))
        {
            var evidence = scenario.Evidence();
            var winner = evidence.Run(method).Winner;
            foreach (var assumption in Enum.GetValues<ForecastAssumption>())
            {
                var forecast = SearchForecast.Total(method, known, 1, assumption);
                Assert.Equal(winner, forecast.Winner);
                Assert.Equal(evidence.MacEpochs.Values.Sum(), forecast.MacEpochs);
            }
        }
    }

    [Fact]
    public void The_assumptions_lead_down_and_up()
    {
        var evidence = ResNet50Ladder.Evidence(_ => 0.8);
        var down = SearchForecast.Remaining(SearchMethod.Guided(), evidence, 30, ForecastAssumption.EqualScores);
        var up = SearchForecast.Remaining(SearchMethod.Guided(), evidence, 30, ForecastAssumption.LargerIsBetter);
        Assert.Equal(("k1", "k17"), (down.Winner.Name, up.Winner.Name));
        Assert.Equal((10, 30), (up.Trainings[^1].From, up.Trainings[^1].To));
    }

    [Fact]
    public void A_training_that_has_gone_further_than_expected_ends_with_its_next_epoch()
    {
        var evidence = ResNet50Ladder.Evidence(_ => 0.8);
        evidence.Carry(new TrainingRequest(ResNet50Ladder.Rungs[0], 20, RequestPurpose.Search));
        var training = Assert.Single(SearchForecast.Remaining(SearchMethod.Fixed("k1"), evidence, 12, ForecastAssumption.EqualScores).Trainings);
        Assert.Equal((20, 21), (training.From, training.To));
    }

    [Fact]
    public void A_method_that_would_go_on_for_ever_is_found_out()
    {
        var evidence = ResNet50Ladder.Evidence(_ => 0.8);
        Assert.Throws<InvalidOperationException>(() => SearchForecast.Remaining(new Stubborn(), evidence, 12, ForecastAssumption.EqualScores));
        Assert.Throws<ArgumentOutOfRangeException>(() => SearchForecast.Remaining(SearchMethod.Guided(), evidence, 0, ForecastAssumption.EqualScores));
    }

    private static IEnumerable<SearchMethod> Methods() =>
        [SearchMethod.Guided(), new GuidedSearch { Neighbours = true }, SearchMethod.TwoStage(), SearchMethod.Exhaustive(), SearchMethod.SuccessiveHalving(), SearchMethod.Fixed("k3", "k9")];

    private sealed class Stubborn : SearchMethod
    {
        public override string Name => "Stubborn";

        public override SearchStep Next(SearchEvidence evidence) =>
            new SearchStep.Train([new TrainingRequest(evidence.Candidates[0], 3, RequestPurpose.Search)], "again");
    }
}
