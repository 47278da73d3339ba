namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>One class of <see cref="FormulaImageSource"/>: fixed parameters from which any number of instances is drawn.</summary>
internal abstract class FormulaClass
{
    /// <summary>Draws one instance.</summary>
    /// <param name="random">Decides on everything in which instances of the class differ.</param>
    /// <param name="canvas">Receives grey values from 0 to 1, [size, size].</param>
    /// <param name="size">Height and width in pixels.</param>
    public abstract void Render(ref FormulaRandom random, Span<float> canvas, int size);

    /// <summary>Paints a field through a random rotation, mirroring and scaling, with the image spanning -1 to 1.</summary>
    protected static void Paint<TField>(in TField field, ref FormulaRandom random, Span<float> canvas, int size)
        where TField : struct, IFormulaField
    {
        var angleTurns = random.NextUnit();
        var scale = random.NextBetween(0.87f, 1.15f);
        var mirror = random.NextFlag(0.5f) ? -1f : 1f;
        var cosine = FormulaMath.CosTurns(angleTurns) * scale;
        var sine = FormulaMath.SinTurns(angleTurns) * scale;
        var step = 2f / size;
        for (var row = 0; row < size; row++)
        {
            var y = ((row + 0.5f) * step) - 1f;
            var line = canvas.Slice(row * size, size);
            for (var column = 0; column < line.Length; column++)
            {
                var x = (((column + 0.5f) * step) - 1f) * mirror;
                line[column] = Math.Clamp(field.Evaluate((cosine * x) - (sine * y), (sine * x) + (cosine * y)), 0f, 1f);
            }
        }
    }
}
