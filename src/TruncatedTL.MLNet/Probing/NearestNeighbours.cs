using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Probing;

/// <summary>Leave-one-out classification by the nearest neighbours in cosine similarity of the centred features.</summary>
internal static class NearestNeighbours
{
    // Rows whose similarities to all rows are in memory at once.
    private const int BlockRows = 256;

    /// <summary>Area under the ROC curve of the share of neighbours that are of a class; the mean over the classes (one class of two).</summary>
    /// <param name="features">Features of all rows.</param>
    /// <param name="targets">The labels.</param>
    /// <param name="groups">Group per row: rows of one group are never neighbours.</param>
    /// <param name="count">Neighbours that vote; of equally near ones the first rows.</param>
    /// <returns>
    /// Null where it is undefined. Classes that have fewer than two groups are left out, for none of their rows can be found. Features that do not vary give 0.5.
    /// </returns>
    public static double? Auroc(FeatureDecomposition features, ClassTargets targets, IReadOnlyList<int> groups, int count)
    {
        var columns = targets.Classes
            .Select((label, column) => (Label: label, Column: column))
            .Where(pair => HasTwoGroups(row => targets.Labels[row] == pair.Label) && HasTwoGroups(row => targets.Labels[row] != pair.Label))
            .Select(pair => pair.Column)
            .ToArray();
        if (columns.Length == 0 || features.Rank == 0)
        {
            return columns.Length == 0 ? null : 0.5;
        }

        var shares = Shares(features, targets, [.. groups], count);
        var rows = Enumerable.Range(0, groups.Count).ToArray();
        return ClassTargets.Mean(columns.Select(column => targets.Auroc(shares, column, targets.Labels, rows)));

        bool HasTwoGroups(Func<int, bool> isMember) => Enumerable.Range(0, groups.Count).Where(isMember).Select(row => groups[row]).Distinct().Take(2).Count() == 2;
    }

    // Row-major [rows, columns of the targets].
    private static double[] Shares(FeatureDecomposition features, ClassTargets targets, int[] groups, int count)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var shares = new double[groups.Length * targets.Classes.Count];
        var lengths = features.Values.norm(1, keepdim: true);
        var directions = features.Values / where(lengths.gt(zeros_like(lengths)), lengths, ones_like(lengths));

        // Order is all that counts, and float32 takes half the time.
        directions = directions.to(ScalarType.Float32);
        var similarities = new float[Math.Min(BlockRows, groups.Length) * groups.Length];
        for (var start = 0; start < groups.Length; start += BlockRows)
        {
            using var block = NewDisposeScope();
            var length = Math.Min(BlockRows, groups.Length - start);
            MemoryMarshal.Cast<byte, float>(directions.narrow(0, start, length).matmul(directions.t()).contiguous().bytes).CopyTo(similarities);
            for (var i = 0; i < length; i++)
            {
                Vote(similarities.AsSpan(i * groups.Length, groups.Length), start + i, targets, groups, count, shares);
            }
        }

        return shares;
    }

    private static void Vote(ReadOnlySpan<float> similarities, int row, ClassTargets targets, int[] groups, int count, double[] shares)
    {
        var nearest = new List<int>(count + 1);
        var least = float.NegativeInfinity;
        var other = -1;
        while (++other < similarities.Length)
        {
            // Nearly all rows end here, a vector of them at a time.
            while (other <= similarities.Length - Vector<float>.Count && Vector.LessThanOrEqualAll(new Vector<float>(similarities[other..]), new Vector<float>(least)))
            {
                other += Vector<float>.Count;
            }

            if (other == similarities.Length)
            {
                break;
            }

            if (similarities[other] <= least || groups[other] == groups[row])
            {
                continue;
            }

            var place = nearest.Count;
            while (place > 0 && similarities[nearest[place - 1]] < similarities[other])
            {
                place--;
            }

            nearest.Insert(place, other);
            if (nearest.Count > count)
            {
                nearest.RemoveAt(count);
            }

            least = nearest.Count == count ? similarities[nearest[^1]] : least;
        }

        for (var column = 0; column < targets.Classes.Count; column++)
        {
            var votes = nearest.Count(other => targets.Labels[other] == targets.Classes[column]);
            shares[(row * targets.Classes.Count) + column] = votes / (double)Math.Max(nearest.Count, 1);
        }
    }
}
