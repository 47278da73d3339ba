using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>Parts of the data that must not share patients do.</summary>
/// <remarks>
/// The message names up to <see cref="MaxNamed"/> of the patients, because the person at the screen has to find them. It names
/// them as the column gives them: hash the column (<see cref="IdentifierHasher"/>) before such messages may reach a log.
/// </remarks>
public sealed class DataLeakageException : ImageDataException
{
    /// <summary>The most patients that the message names.</summary>
    public const int MaxNamed = 10;

    /// <summary>Creates the exception.</summary>
    /// <param name="sharedGroups">The groups and the parts that share them; at least one.</param>
    /// <exception cref="ArgumentException">No group is shared.</exception>
    public DataLeakageException(IReadOnlyList<SharedGroup> sharedGroups)
        : base(Describe(sharedGroups))
    {
        SharedGroups = sharedGroups;
    }

    /// <summary>All shared groups with the parts that share them, by parts and in ordinal order.</summary>
    public IReadOnlyList<SharedGroup> SharedGroups { get; }

    private static string Describe(IReadOnlyList<SharedGroup> sharedGroups)
    {
        ArgumentNullException.ThrowIfNull(sharedGroups);
        if (sharedGroups.Count == 0)
        {
            throw new ArgumentException("No group is shared.", nameof(sharedGroups));
        }

        var left = MaxNamed;
        var pairs = sharedGroups.GroupBy(shared => (shared.FirstPart, shared.SecondPart)).Select(pair =>
        {
            var named = pair.Take(left).Select(shared => $"'{shared.Group}'").ToArray();
            left -= named.Length;
            var more = pair.Count() - named.Length;
            var names = named.Length == 0 ? string.Empty : $": {string.Join(", ", named)}{(more > 0 ? $" and {more} more" : string.Empty)}";
            return $"{pair.Count()} between {pair.Key.FirstPart} and {pair.Key.SecondPart}{names}";
        });
        return $"Data leakage: patients are in more than one part, {string.Join("; ", pairs)}. Split by patient, or remove the rows from one part.";
    }
}
