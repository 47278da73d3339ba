namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// One class of <see cref="FormulaImageSource"/> or <see cref="FormulaVolumeSource"/>: fixed parameters from which any number
/// of instances is drawn.
/// </summary>
internal abstract class FormulaClass<TPoint>
    where TPoint : struct, IFormulaPoint<TPoint>
{
    /// <summary>Draws one instance.</summary>
    /// <param name="random">Decides on everything in which instances of the class differ.</param>
    /// <param name="canvas">Receives grey values from 0 to 1, [size, size] or [size, size, size].</param>
    /// <param name="size">Length of every edge in pixels or voxels.</param>
    public abstract void Render(ref FormulaRandom random, Span<float> canvas, int size);

    /// <summary>Paints a field through a random rotation, mirroring and scaling, with the image spanning -1 to 1.</summary>
    protected static void Paint<TField>(in TField field, ref FormulaRandom random, Span<float> canvas, int size)
        where TField : struct, IFormulaField<TPoint>
    {
        var view = TPoint.CreateRotation(ref random);
        view = view.Scale(random.NextBetween(0.87f, 1.15f)).MirrorX(random.NextFlag(0.5f) ? -1f : 1f);
        var step = 2f / size;
        for (var start = 0; start < canvas.Length; start += size)
        {
            var line = canvas.Slice(start, size);
            var (slice, row) = Math.DivRem(start / size, size);
            var left = view.AxisY * (((row + 0.5f) * step) - 1f);
            if (TPoint.Rank == 3)
            {
                left += view.AxisZ * (((slice + 0.5f) * step) - 1f);
            }

            for (var column = 0; column < line.Length; column++)
            {
                line[column] = Math.Clamp(field.Evaluate((view.AxisX * (((column + 0.5f) * step) - 1f)) + left), 0f, 1f);
            }
        }
    }
}
