namespace TruncatedTL.MLNet.Search;

/// <summary>What a method will ask for, as far as that can be told before: found by letting it decide on assumed scores.</summary>
/// <param name="Trainings">In the order in which the method asks.</param>
/// <param name="Winner">Whom it would choose. It follows from assumptions: it is for tests, not for the user.</param>
internal sealed record SearchForecast(IReadOnlyList<ForecastTraining> Trainings, SearchCandidate Winner)
{
    /// <summary>Multiply-accumulates for one image times epochs, of all trainings.</summary>
    public double MacEpochs => Trainings.Sum(training => training.MacEpochs);

    /// <summary>The same without controls, which are not part of the search's price.</summary>
    public double MacEpochsWithoutControls => Trainings.Where(training => training.Purpose != RequestPurpose.Control).Sum(training => training.MacEpochs);

    /// <summary>What is left to do from here.</summary>
    /// <param name="method">The method.</param>
    /// <param name="evidence">What is known.</param>
    /// <param name="epochsToEnd">After how many epochs a training is expected to come to its end, at least 1; one that has gone further is expected to end with its next epoch.</param>
    /// <param name="assumption">What unknown scores are taken for.</param>
    /// <exception cref="InvalidOperationException">The method asks for what has been reached, and would go on for ever.</exception>
    public static SearchForecast Remaining(SearchMethod method, SearchEvidence evidence, int epochsToEnd, ForecastAssumption assumption) =>
        Simulate(method, new ForecastEvidence(evidence, epochsToEnd, assumption, fromStart: false));

    /// <summary>
    /// What a method asks for from the very start, if it meets the scores and lengths of training that are known by now: the price of another search on the same data.
    /// </summary>
    /// <inheritdoc cref="Remaining"/>
    public static SearchForecast Total(SearchMethod method, SearchEvidence evidence, int epochsToEnd, ForecastAssumption assumption) =>
        Simulate(method, new ForecastEvidence(evidence, epochsToEnd, assumption, fromStart: true));

    private static SearchForecast Simulate(SearchMethod method, ForecastEvidence evidence)
    {
        var trainings = new List<ForecastTraining>();
        while (true)
        {
            switch (method.Next(evidence))
            {
                case SearchStep.Choose choice:
                    return new SearchForecast(trainings, choice.Winner);
                case SearchStep.Train step when step.Requests.Any(request => !evidence.HasReached(request.Candidate, request.Epochs)):
                    trainings.AddRange(step.Requests.Select(evidence.Carry).Where(training => training.To > training.From));
                    break;
                default:
                    throw new InvalidOperationException($"The search method {method.Name} asks for trainings that have been done.");
            }
        }
    }
}
