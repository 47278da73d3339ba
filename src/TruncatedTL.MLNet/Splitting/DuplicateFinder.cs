using System.Numerics;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>Finds images that more than one part has. Patients' numbers cannot find them all: some data sets hold a scan under two.</summary>
public static class DuplicateFinder
{
    /// <summary>Compares every image of a part with every image of the others; images of one part are not compared.</summary>
    /// <param name="parts">Name and fingerprints, one per row, of each part.</param>
    /// <param name="options">Thresholds. Null takes the defaults.</param>
    /// <returns>The pairs.</returns>
    /// <exception cref="ArgumentException">A threshold is out of range.</exception>
    /// <remarks>
    /// Comparing two hashes is one exclusive or and one population count: 100 million pairs take a fraction of a second on one
    /// core, less than reading the images, so there is no index to get wrong.
    /// </remarks>
    public static DuplicateReport Find(IReadOnlyList<(string Name, IReadOnlyList<ImageFingerprint> Images)> parts, DuplicateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(parts);
        options ??= new DuplicateOptions();
        options.Validate();
        var pairs = new List<DuplicatePair>();
        var (exact, near) = (0L, 0L);
        for (var first = 0; first < parts.Count; first++)
        {
            for (var second = first + 1; second < parts.Count; second++)
            {
                foreach (var pair in Compare(parts[first], parts[second], options))
                {
                    exact += pair.IsExact ? 1 : 0;
                    near += pair.IsExact ? 0 : 1;
                    if (pairs.Count < options.MaxListedPairs)
                    {
                        pairs.Add(pair);
                    }
                }
            }
        }

        return new DuplicateReport(pairs, exact, near);
    }

    /// <summary>Compares every image of a set with every other one, to see before a split what the split must keep together.</summary>
    /// <param name="name">What the set is called in the pairs.</param>
    /// <param name="images">The fingerprints, one per row.</param>
    /// <param name="options">Thresholds. Null takes the defaults.</param>
    /// <returns>The pairs, each once, the lower row first.</returns>
    /// <exception cref="ArgumentException">A threshold is out of range.</exception>
    public static DuplicateReport FindWithin(string name, IReadOnlyList<ImageFingerprint> images, DuplicateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(images);
        options ??= new DuplicateOptions();
        options.Validate();
        var pairs = Compare((name, images), (name, images), options).Where(pair => pair.FirstRow < pair.SecondRow).ToArray();
        return new DuplicateReport([.. pairs.Take(options.MaxListedPairs)], pairs.LongCount(pair => pair.IsExact), pairs.LongCount(pair => !pair.IsExact));
    }

    private static IEnumerable<DuplicatePair> Compare(
        (string Name, IReadOnlyList<ImageFingerprint> Images) first,
        (string Name, IReadOnlyList<ImageFingerprint> Images) second,
        DuplicateOptions options)
    {
        var hashes = second.Images.Select(image => image.Views[0].Hash).ToArray();
        var close = new List<int>();
        for (var i = 0; i < first.Images.Count; i++)
        {
            var image = first.Images[i];
            FindClose(image.Views[0].Hash, hashes, options.MaxDistanceBits, close);
            foreach (var j in close)
            {
                var other = second.Images[j];
                if (image.Views.Count != other.Views.Count)
                {
                    continue;
                }

                var distance = image.Views.Zip(other.Views, (a, b) => BitOperations.PopCount(a.Hash ^ b.Hash)).Max();
                var correlation = image.Views.Zip(other.Views, PlaneFingerprint.Correlation).Min();
                var isExact = image.Content == other.Content;
                if (isExact || (distance <= options.MaxDistanceBits && correlation >= options.MinCorrelation))
                {
                    yield return new DuplicatePair(first.Name, i, second.Name, j, isExact, distance, correlation);
                }
            }
        }
    }

    // The same values have the same hash, so this finds exact duplicates too.
    private static void FindClose(ulong hash, ulong[] hashes, int maxDistanceBits, List<int> close)
    {
        close.Clear();
        for (var j = 0; j < hashes.Length; j++)
        {
            if (BitOperations.PopCount(hash ^ hashes[j]) <= maxDistanceBits)
            {
                close.Add(j);
            }
        }
    }
}
