namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>A linear map, by the images of the unit vectors. The third is not used in the plane.</summary>
internal readonly record struct FormulaMap<TPoint>(TPoint AxisX, TPoint AxisY, TPoint AxisZ)
    where TPoint : struct, IFormulaPoint<TPoint>
{
    /// <summary>Leaves every point where it is.</summary>
    public static FormulaMap<TPoint> Identity => new(TPoint.Create(1f, 0f, 0f), TPoint.Create(0f, 1f, 0f), TPoint.Create(0f, 0f, 1f));

    /// <summary>Where a point goes.</summary>
    public TPoint Apply(TPoint point)
    {
        var result = (AxisX * point.X) + (AxisY * point.Y);
        return TPoint.Rank == 3 ? result + (AxisZ * point.Z) : result;
    }

    /// <summary>This map with its results multiplied by a number.</summary>
    public FormulaMap<TPoint> Scale(float factor)
    {
        return new FormulaMap<TPoint>(AxisX * factor, AxisY * factor, AxisZ * factor);
    }

    /// <summary>This map after a mirroring of the first axis.</summary>
    public FormulaMap<TPoint> MirrorX(float sign)
    {
        return this with { AxisX = AxisX * sign };
    }
}
