using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>Looks for groups (patients) that are in more than one part.</summary>
public static class LeakCheck
{
    /// <summary>Finds the shared groups.</summary>
    /// <param name="parts">Name and groups, one per row, of each part. Groups are compared exactly but for blanks around them.</param>
    /// <returns>By pair of parts in the order given, then in ordinal order; empty where nothing leaks.</returns>
    /// <exception cref="ImageDataException">A row has no group.</exception>
    public static IReadOnlyList<SharedGroup> FindSharedGroups(params IReadOnlyList<(string Name, IReadOnlyList<string?> Groups)> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var sets = parts.Select(part => part.Groups.Select((group, row) => GroupNames.Require(group, row)).ToHashSet(StringComparer.Ordinal)).ToArray();
        var shared = new List<SharedGroup>();
        for (var first = 0; first < sets.Length; first++)
        {
            for (var second = first + 1; second < sets.Length; second++)
            {
                shared.AddRange(sets[first]
                    .Where(sets[second].Contains)
                    .Order(StringComparer.Ordinal)
                    .Select(group => new SharedGroup(group, parts[first].Name, parts[second].Name)));
            }
        }

        return shared;
    }

    /// <summary>Requires that no group is shared.</summary>
    /// <param name="parts">Name and groups, one per row, of each part.</param>
    /// <exception cref="DataLeakageException">A group is in two parts.</exception>
    /// <exception cref="ImageDataException">A row has no group.</exception>
    public static void RequireNoSharedGroups(params IReadOnlyList<(string Name, IReadOnlyList<string?> Groups)> parts)
    {
        var shared = FindSharedGroups(parts);
        if (shared.Count > 0)
        {
            throw new DataLeakageException(shared);
        }
    }
}
