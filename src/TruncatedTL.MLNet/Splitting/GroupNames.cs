using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>When two rows are of the same group.</summary>
internal static class GroupNames
{
    /// <summary>
    /// Numbers the groups in the order of their first rows. Names are compared exactly but for blanks around them: padded and
    /// unpadded spellings of a patient's number are one patient, and joining groups can never cause a leak.
    /// </summary>
    /// <exception cref="ImageDataException">A row has no group.</exception>
    public static (int[] GroupOfRow, int Count) Number(IReadOnlyList<string?> groups)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var groupOfRow = new int[groups.Count];
        for (var row = 0; row < groupOfRow.Length; row++)
        {
            var name = Require(groups[row], row);
            if (!numbers.TryGetValue(name, out var number))
            {
                number = numbers.Count;
                numbers.Add(name, number);
            }

            groupOfRow[row] = number;
        }

        return (groupOfRow, numbers.Count);
    }

    /// <summary>The name without blanks around it.</summary>
    /// <exception cref="ImageDataException">The row has no group.</exception>
    public static string Require(string? group, int row) =>
        group?.Trim() is { Length: > 0 } name
            ? name
            : throw new ImageDataException($"Row {row} has no group. Rows of unknown patients cannot be kept apart from others: give each a group of its own if they are all different patients, or leave them out.");
}
