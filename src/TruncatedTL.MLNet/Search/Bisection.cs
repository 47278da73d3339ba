namespace TruncatedTL.MLNet.Search;

/// <summary>How far the bisection of one ladder has come.</summary>
/// <param name="Smallest">The lowest rung so far that is not worse than the best reference.</param>
/// <param name="Open">The rung that must be trained next; null if the end is reached.</param>
/// <param name="Reason">Why that one.</param>
internal sealed record Bisection(SearchCandidate Smallest, SearchCandidate? Open, string Reason)
{
    /// <summary>Repeats the bisection from its start with what is known; null if no reference of the ladder is within the tolerance.</summary>
    public static Bisection? Of(SearchEvidence evidence, Ladder ladder, SearchCandidate best, int epochs)
    {
        var rungs = ladder.Rungs;
        bool IsNotWorse(int place) => evidence.IsNotWorse(rungs[place], best, epochs);
        var references = ladder.References();
        var good = references.Where(IsNotWorse).ToArray();
        if (good.Length == 0)
        {
            return null;
        }

        // All below the lower end count as worse: bisection trusts that more rungs do not harm, whether a reference or a middle shows it.
        var high = good[0];
        var worse = references.TakeWhile(place => place < high).DefaultIfEmpty(-1).Last();
        var low = Math.Max(worse, Math.Min(ladder.LastClearlyLow(), high - 1));
        var assumed = low > worse ? low : (int?)null;
        while (true)
        {
            if (high - low <= 1)
            {
                if (low != assumed)
                {
                    return new Bisection(rungs[high], null, string.Empty);
                }

                // The rung above those that frozen scores ruled out is good enough: perhaps a lower one is, too.
                (low, assumed) = (worse, null);
                continue;
            }

            var middle = (high + low) / 2;
            if (!evidence.HasReached(rungs[middle], epochs))
            {
                var from = low < 0 ? "the input" : rungs[low].Name;
                var pruned = assumed == low ? " Frozen scores up to there are clearly too low." : string.Empty;
                return new Bisection(rungs[high], rungs[middle], $"{rungs[middle].Name} halves what lies between {from} and {rungs[high].Name}, which is not worse than {best.Name}.{pruned}");
            }

            if (IsNotWorse(middle))
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }
    }
}
