namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>A grey value for every point. A structure, so that the painter's loop is compiled for each field.</summary>
internal interface IFormulaField<TPoint>
    where TPoint : struct, IFormulaPoint<TPoint>
{
    /// <summary>The value at a point; the image covers about -1 to 1. Values beyond 0 and 1 are cut.</summary>
    float Evaluate(TPoint point);
}
