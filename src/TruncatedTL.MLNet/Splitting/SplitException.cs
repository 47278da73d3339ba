using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>The data cannot be split as asked: there are too few groups (patients), or a class cannot be in every part.</summary>
/// <remarks>The message names classes and counts, never groups: it may end in a log.</remarks>
public sealed class SplitException : ImageDataException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, with counts, and what to do about it.</param>
    /// <param name="missing">The classes and the parts that would lack them; empty where there are too few groups for the parts.</param>
    public SplitException(string message, IReadOnlyList<MissingClass> missing)
        : base(message)
    {
        Missing = missing;
    }

    /// <summary>The classes and the parts that would lack them; empty where there are too few groups for the parts.</summary>
    public IReadOnlyList<MissingClass> Missing { get; }
}
