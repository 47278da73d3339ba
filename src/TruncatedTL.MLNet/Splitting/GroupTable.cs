using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>The groups of the data, gathered by kind. Without groups every row is its own, and there are only as many kinds as classes.</summary>
internal sealed class GroupTable
{
    private GroupTable(int[] groupOfRow, int groupCount, int classCount, IReadOnlyList<GroupKind> kinds)
    {
        GroupOfRow = groupOfRow;
        GroupCount = groupCount;
        Kinds = kinds;
        RowCount = groupOfRow.Length;
        RowsOfClass = new int[classCount];
        GroupsOfClass = new int[classCount];
        LargestOfClass = new int[classCount];
        foreach (var kind in kinds)
        {
            for (var i = 0; i < kind.Classes.Length; i++)
            {
                var (label, count) = (kind.Classes[i], kind.Counts[i]);
                RowsOfClass[label] += count * kind.Groups.Count;
                GroupsOfClass[label] += kind.Groups.Count;
                LargestOfClass[label] = Math.Max(LargestOfClass[label], count);
            }
        }
    }

    public int[] GroupOfRow { get; }

    public int GroupCount { get; }

    public int RowCount { get; }

    public IReadOnlyList<GroupKind> Kinds { get; }

    /// <summary>Rows of each class.</summary>
    public int[] RowsOfClass { get; }

    /// <summary>Groups with at least one row of each class.</summary>
    public int[] GroupsOfClass { get; }

    /// <summary>The most rows of each class that one group has.</summary>
    public int[] LargestOfClass { get; }

    /// <summary>Gathers the rows.</summary>
    /// <param name="labels">Class index per row, each at least 0 and below <paramref name="classCount"/>.</param>
    /// <param name="groups">Name of the group per row, or null.</param>
    /// <param name="classCount">Number of classes.</param>
    public static GroupTable Create(IReadOnlyList<int> labels, IReadOnlyList<string?>? groups, int classCount)
    {
        var (groupOfRow, groupCount) = groups is null ? (Enumerable.Range(0, labels.Count).ToArray(), labels.Count) : GroupNames.Number(groups);

        // Sorting by group and class brings the rows that are counted together side by side.
        var keys = new long[labels.Count];
        for (var row = 0; row < keys.Length; row++)
        {
            keys[row] = ((long)groupOfRow[row] << 32) | (uint)labels[row];
        }

        Array.Sort(keys);
        var kinds = new Dictionary<int[], GroupKind>(new SequenceComparer());
        var profile = new List<int>();
        for (var first = 0; first < keys.Length;)
        {
            var group = (int)(keys[first] >> 32);
            profile.Clear();
            while (first < keys.Length && (int)(keys[first] >> 32) == group)
            {
                var end = first + 1;
                while (end < keys.Length && keys[end] == keys[first])
                {
                    end++;
                }

                profile.Add((int)keys[first]);
                profile.Add(end - first);
                first = end;
            }

            var key = profile.ToArray();
            if (!kinds.TryGetValue(key, out var kind))
            {
                kind = new GroupKind(key.Where((_, i) => i % 2 == 0).ToArray(), key.Where((_, i) => i % 2 == 1).ToArray(), []);
                kinds.Add(key, kind);
            }

            kind.Groups.Add(group);
        }

        return new GroupTable(groupOfRow, groupCount, classCount, [.. kinds.Values]);
    }

    private sealed class SequenceComparer : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] sequence)
        {
            var hash = default(HashCode);
            hash.AddBytes(MemoryMarshal.AsBytes<int>(sequence));
            return hash.ToHashCode();
        }
    }
}
