using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Tests.Search;

/// <summary>Takes one unit after another off the network, as long as that does no harm: the example of docs/choosing-a-cut.md.</summary>
public sealed class TopDownSearch : SearchMethod
{
    public override string Name => "TopDown";

    public override SearchStep Next(SearchEvidence evidence)
    {
        var rungs = evidence.Candidates.Where(candidate => candidate.Cut is not null).OrderByDescending(candidate => candidate.Cut).ToArray();
        var chosen = rungs[0];
        foreach (var rung in rungs)
        {
            if (!evidence.HasReached(rung, null))
            {
                return new SearchStep.Train([new TrainingRequest(rung, null, RequestPurpose.Search)], $"Is {rung.Name} enough?");
            }

            if (evidence.Score(rung, null) < evidence.Score(rungs[0], null) - evidence.Tolerance(rung, rungs[0], null))
            {
                break;
            }

            chosen = rung;
        }

        return new SearchStep.Choose(chosen, $"{chosen.Name} is the last that did no harm.");
    }
}
