namespace TruncatedTL.MLNet.Splitting;

/// <summary>A class that a part of a split has no row of.</summary>
/// <param name="Part">Name of the part.</param>
/// <param name="Class">Name of the class.</param>
/// <param name="GroupCount">Groups (patients) with rows of the class in all the data; without groups, its rows.</param>
/// <param name="RowCount">Rows of the class in all the data.</param>
public readonly record struct MissingClass(string Part, string Class, int GroupCount, int RowCount);
