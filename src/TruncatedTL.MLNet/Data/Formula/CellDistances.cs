namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>The distances from a place to the nearest and second nearest scattered point, and a tone of the nearest, 0 to 1.</summary>
internal readonly record struct CellDistances(float Nearest, float Second, float Tone);
