namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// A point of the plane or of space. Fields are written once in terms of this; the run-time compiles them for each kind
/// of point, so that a branch on <see cref="Rank"/> costs nothing.
/// </summary>
internal interface IFormulaPoint<TSelf>
    where TSelf : struct, IFormulaPoint<TSelf>
{
    /// <summary>Number of dimensions: 2 or 3.</summary>
    static abstract int Rank { get; }

    /// <summary>
    /// What to add to the exponent of the finest frequency, in octaves. Volumes have fewer voxels along an edge than images
    /// have pixels, and what is finer than these would only be noise.
    /// </summary>
    static abstract float FinestOctaveShift { get; }

    /// <summary>First coordinate.</summary>
    float X { get; }

    /// <summary>Second coordinate.</summary>
    float Y { get; }

    /// <summary>Third coordinate; 0 in the plane.</summary>
    float Z { get; }

    /// <summary>The same coordinates in another order, each in a new place: (y, x) or (y, z, x).</summary>
    TSelf Turned { get; }

    /// <summary>The sum.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>The difference.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>The product, coordinate by coordinate.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>All coordinates times a number.</summary>
    static abstract TSelf operator *(TSelf left, float right);

    /// <summary>A point from its coordinates; the plane has no use for the third.</summary>
    static abstract TSelf Create(float x, float y, float z);

    /// <summary>The smaller of the two, coordinate by coordinate.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary>The larger of the two, coordinate by coordinate.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>Smooth noise (<see cref="ValueNoise"/>).</summary>
    static abstract float Noise(TSelf point);

    /// <summary>The distances to scattered points (<see cref="CellNoise"/>).</summary>
    static abstract CellDistances Cells(TSelf point, TSelf offset, float jitter);

    /// <summary>A rotation by any angle.</summary>
    static abstract FormulaMap<TSelf> CreateRotation(ref FormulaRandom random);

    /// <summary>A rotation by quarter turns and a small tilt.</summary>
    static abstract FormulaMap<TSelf> CreateQuarterTurn(ref FormulaRandom random);
}
