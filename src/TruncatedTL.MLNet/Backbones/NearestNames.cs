namespace TruncatedTL.MLNet.Backbones;

/// <summary>"Did you mean": the names within a small edit distance.</summary>
internal static class NearestNames
{
    /// <summary>Up to three names of <paramref name="known"/> that differ from <paramref name="name"/> by at most a third of its letters, nearest first.</summary>
    public static IReadOnlyList<string> To(string name, IReadOnlyList<string> known)
    {
        var limit = Math.Max(1, name.Length / 3);
        return known
            .Select(candidate => (candidate, distance: Distance(Normalise(name), Normalise(candidate))))
            .Where(pair => pair.distance <= limit)
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => LetterDistance(Normalise(name), Normalise(pair.candidate)))
            .Take(3)
            .Select(pair => pair.candidate)
            .ToArray();
    }

    // Case and the usual separators are typing habits, not differences: "Layer3_2" is "layer3.2".
    private static string Normalise(string name) => name.Trim().ToLowerInvariant().Replace('_', '.').Replace('-', '.').Replace('/', '.');

    // Among names at the same edit distance the one with the nearer number: for "layer3.6" that is "layer3.5".
    private static int LetterDistance(string left, string right) => left.Zip(right, (l, r) => Math.Abs(l - r)).Sum();

    private static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var current = new int[right.Length + 1];
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitution = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[right.Length];
    }
}
