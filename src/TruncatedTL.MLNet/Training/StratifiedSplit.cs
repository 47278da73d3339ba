namespace TruncatedTL.MLNet.Training;

/// <summary>Sets part of the data apart so that every class keeps its share. The same labels, fraction and seed give the same split.</summary>
internal static class StratifiedSplit
{
    /// <summary>
    /// Splits positions 0 to n - 1. Each class gives the nearest whole number of examples, at least one if it has two or more,
    /// and always keeps one for training.
    /// </summary>
    /// <param name="labels">Class index per example.</param>
    /// <param name="heldOutFraction">Share to set apart, in [0, 1).</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <returns>Positions in ascending order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is out of range.</exception>
    public static (int[] Training, int[] HeldOut) Create(ReadOnlySpan<int> labels, double heldOutFraction, int seed)
    {
        if (!(heldOutFraction >= 0 && heldOutFraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(heldOutFraction), heldOutFraction, "The share to set apart must be in [0, 1).");
        }

        var byClass = new SortedDictionary<int, List<int>>();
        for (var i = 0; i < labels.Length; i++)
        {
            if (!byClass.TryGetValue(labels[i], out var members))
            {
                byClass.Add(labels[i], members = []);
            }

            members.Add(i);
        }

        var training = new List<int>(labels.Length);
        var heldOut = new List<int>();
        foreach (var (label, members) in byClass)
        {
            var order = members.ToArray();
            RandomStream.For(seed, RandomPurpose.Split, label).Shuffle(order);
            var wanted = (int)Math.Round(order.Length * heldOutFraction, MidpointRounding.AwayFromZero);
            var atLeast = heldOutFraction > 0 && order.Length >= 2 ? 1 : 0;
            var count = Math.Clamp(wanted, atLeast, order.Length - 1);
            heldOut.AddRange(order[..count]);
            training.AddRange(order[count..]);
        }

        training.Sort();
        heldOut.Sort();
        return ([.. training], [.. heldOut]);
    }
}
