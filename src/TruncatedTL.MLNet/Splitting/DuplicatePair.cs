namespace TruncatedTL.MLNet.Splitting;

/// <summary>Two images of different parts that are the same, or look the same.</summary>
/// <param name="FirstPart">Name of the part of the one.</param>
/// <param name="FirstRow">Its row in that part, from 0.</param>
/// <param name="SecondPart">Name of the part of the other.</param>
/// <param name="SecondRow">Its row in that part, from 0.</param>
/// <param name="IsExact">True where all values and the shape are the same.</param>
/// <param name="DistanceBits">By how many of 64 bits the perceptual hashes differ; the most of the three views for volumes.</param>
/// <param name="Correlation">Correlation of the thumbnails; the least of the three views for volumes.</param>
public readonly record struct DuplicatePair(
    string FirstPart,
    int FirstRow,
    string SecondPart,
    int SecondRow,
    bool IsExact,
    int DistanceBits,
    double Correlation);
