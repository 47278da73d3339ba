namespace TruncatedTL.MLNet.Tests.Splitting;

/// <summary>The best of all assignments of whole groups, by trying each; the criterion is written anew from its description.</summary>
internal static class ExhaustiveSplit
{
    public static (long Missing, double Excess, double Imbalance) BestCost(RandomPatients data, double[] fractions)
    {
        var names = data.Groups.Distinct().ToArray();
        var groupOfRow = data.Groups.Select(group => Array.IndexOf(names, group)).ToArray();
        var count = (int)Math.Pow(fractions.Length, names.Length);
        var best = (Missing: long.MaxValue, Excess: 0.0, Imbalance: 0.0);
        var partOfGroup = new int[names.Length];
        for (var code = 0; code < count; code++)
        {
            for (var (group, rest) = (0, code); group < names.Length; group++, rest /= fractions.Length)
            {
                partOfGroup[group] = rest % fractions.Length;
            }

            var cost = CostOf(data, Array.ConvertAll(groupOfRow, group => partOfGroup[group]), fractions);
            if (IsBetter(cost, best))
            {
                best = cost;
            }
        }

        return best;
    }

    public static (long Missing, double Excess, double Imbalance) CostOf(RandomPatients data, IReadOnlyList<int> parts, double[] fractions)
    {
        var (missing, excess, imbalance) = (0L, 0.0, 0.0);
        var classes = data.Labels.Distinct().ToArray();
        for (var part = 0; part < fractions.Length; part++)
        {
            var size = parts.Count(p => p == part);
            var deviation = size - fractions[part] * parts.Count;
            missing += size == 0 ? 1000 : 0;
            imbalance += classes.Length * deviation * deviation / ((double)parts.Count * parts.Count);
            foreach (var label in classes)
            {
                var all = data.Labels.Count(l => l == label);
                var inPart = Balance.Count(data.Labels, parts, label, part);
                deviation = inPart - fractions[part] * all;
                missing += inPart > 0 ? 0 : part == 0 ? fractions.Length : 1;
                excess += Math.Max(0, Math.Abs(deviation) - Balance.LargestGroup(data.Labels, data.Groups, label));
                imbalance += deviation * deviation / ((double)all * all);
            }
        }

        return (missing, excess, imbalance);
    }

    private static bool IsBetter((long Missing, double Excess, double Imbalance) left, (long Missing, double Excess, double Imbalance) right) =>
        left.Missing != right.Missing ? left.Missing < right.Missing
        : Math.Abs(left.Excess - right.Excess) > 1e-9 ? left.Excess < right.Excess
        : left.Imbalance < right.Imbalance;
}
