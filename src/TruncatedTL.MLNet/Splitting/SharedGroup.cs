namespace TruncatedTL.MLNet.Splitting;

/// <summary>A group (patient) that is in two parts.</summary>
/// <param name="Group">The group as its column gives it: an identifier of a person unless it was hashed before.</param>
/// <param name="FirstPart">Name of one part.</param>
/// <param name="SecondPart">Name of the other.</param>
public readonly record struct SharedGroup(string Group, string FirstPart, string SecondPart);
