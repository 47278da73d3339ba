using System.Numerics;
using TruncatedTL.MLNet.Data.Formula;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>
/// Assigns whole groups to parts: the largest first, each to the part with the greatest need, as scikit-learn's
/// StratifiedGroupKFold does; then single groups move and pairs of groups change places as long as that helps.
/// </summary>
/// <remarks>
/// The guarantee rests on the moves alone. Where every group has one class and a part's count of it is more than one group's
/// size above (below) its ideal, another part is below (above) its own, and a group moved between the two comes closer without
/// taking either past one group's size. So no such deviation survives, except where it is needed to give every part the class.
/// </remarks>
internal sealed class PartitionSearch
{
    // Few groups are quickly tried again from another order, and need it most; many groups balance well at the first try.
    private const int FewKinds = 24;
    private const int ManyKinds = 2000;
    private const int StartsOfFew = 24;
    private const int Starts = 4;
    private const int StartsOfMany = 2;

    // Bounds the search for pairs to a fraction of a second; counted, not timed, so that every machine gets the same split.
    private const int PairBudget = 100_000;

    // Far more than ever needed: a guard, for shares that differ by rounding only must not send groups round in a circle.
    private const int MaxPasses = 1000;

    private readonly GroupTable _table;
    private readonly double[] _fractions;
    private readonly int? _trainingPart;

    public PartitionSearch(GroupTable table, double[] fractions, int? trainingPart)
    {
        _table = table;
        _fractions = fractions;
        _trainingPart = trainingPart;
    }

    /// <summary>The best assignment found. The same seed gives the same one.</summary>
    public PartitionState Find(int seed, int repetition)
    {
        PartitionState? best = null;
        var bestCost = default(SplitCost);
        var starts = _table.Kinds.Count switch { <= FewKinds => StartsOfFew, <= ManyKinds => Starts, _ => StartsOfMany };
        for (var start = 0; start < starts; start++)
        {
            var random = FormulaRandom.From(seed, repetition, first: 1, start);
            var state = Assign(ref random);
            Improve(state, ref random);
            var cost = state.Total();
            if (best is null || (cost - bestCost).IsImprovement)
            {
                (best, bestCost) = (state, cost);
            }
        }

        return best!;
    }

    private PartitionState Assign(ref FormulaRandom random)
    {
        var state = new PartitionState(_table, _fractions, _trainingPart);
        var rest = new List<int>();
        for (var kind = 0; kind < _table.Kinds.Count; kind++)
        {
            // Interchangeable groups divide in proportion at once; only what does not divide has to be weighed.
            var count = _table.Kinds[kind].Groups.Count;
            var given = 0;
            for (var part = 0; part < _fractions.Length; part++)
            {
                var share = Math.Min(count - given, (int)(count * _fractions[part]));
                state.Add(kind, part, share);
                given += share;
            }

            rest.AddRange(Enumerable.Repeat(kind, count - given));
        }

        // Largest first, in random order among sizes of the same power of two: another seed gives another split even where
        // no two groups are alike.
        var order = rest.ToArray();
        random.Shuffle(order);
        var parts = Enumerable.Range(0, _fractions.Length).ToArray();
        foreach (var kind in order.OrderByDescending(kind => BitOperations.Log2((uint)_table.Kinds[kind].Size)))
        {
            random.Shuffle(parts);
            state.Add(kind, parts.MinBy(part => state.Change(kind, part, 1).Imbalance), 1);
        }

        return state;
    }

    private void Improve(PartitionState state, ref FormulaRandom random)
    {
        var kinds = Enumerable.Range(0, _table.Kinds.Count).ToArray();
        var budget = PairBudget;
        do
        {
            random.Shuffle(kinds);
            for (var pass = 0; pass < MaxPasses && MoveEach(state, kinds); pass++)
            {
            }
        }
        while (SwapEach(state, kinds, ref budget));
    }

    private static bool MoveEach(PartitionState state, int[] kinds)
    {
        var moved = false;
        foreach (var kind in kinds)
        {
            for (var from = 0; from < state.PartCount; from++)
            {
                for (var to = 0; to < state.PartCount && state.GroupsOf(kind, from) > 0; to++)
                {
                    if (from != to && (state.Change(kind, from, -1) + state.Change(kind, to, 1)).IsImprovement)
                    {
                        Move(state, kind, from, to);
                        moved = true;
                    }
                }
            }
        }

        return moved;
    }

    private static bool SwapEach(PartitionState state, int[] kinds, ref int budget)
    {
        var swapped = false;
        foreach (var kind in kinds)
        {
            for (var from = 0; from < state.PartCount; from++)
            {
                for (var to = 0; to < state.PartCount && state.GroupsOf(kind, from) > 0; to++)
                {
                    if (budget <= 0)
                    {
                        return swapped;
                    }

                    swapped |= from != to && SwapWithAny(state, kind, kinds, from, to, ref budget);
                }
            }
        }

        return swapped;
    }

    private static bool SwapWithAny(PartitionState state, int kind, int[] kinds, int from, int to, ref int budget)
    {
        var there = state.Change(kind, from, -1) + state.Change(kind, to, 1);
        Move(state, kind, from, to);
        foreach (var other in kinds)
        {
            if (other == kind || state.GroupsOf(other, to) == 0)
            {
                continue;
            }

            budget--;
            if ((there + state.Change(other, to, -1) + state.Change(other, from, 1)).IsImprovement)
            {
                Move(state, other, to, from);
                return true;
            }
        }

        Move(state, kind, to, from);
        return false;
    }

    private static void Move(PartitionState state, int kind, int from, int to)
    {
        state.Add(kind, from, -1);
        state.Add(kind, to, 1);
    }
}
