using System.Globalization;
using System.Numerics;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>Chooses the classes of a source: which family each belongs to, its parameters and its name.</summary>
internal static class FormulaClassList
{
    /// <summary>Creates the classes, which for fractals includes a search.</summary>
    /// <param name="seed">Decides on their parameters.</param>
    /// <param name="count">How many.</param>
    /// <param name="families">The families to take them from.</param>
    public static (FormulaClass<TPoint> Class, string Name)[] Create<TPoint>(int seed, int count, FormulaFamilies families)
        where TPoint : struct, IFormulaPoint<TPoint>
    {
        var textures = Enum.GetValues<FormulaFamilies>()
            .Where(family => BitOperations.IsPow2((int)family) && family != FormulaFamilies.Fractals && families.HasFlag(family))
            .ToArray();
        var classes = new (FormulaClass<TPoint>, string)[count];

        // Each class depends on its own seed only, so the search may use all cores.
        Parallel.For(0, classes.Length, i =>
        {
            var (family, ordinal) = Assign(i, families.HasFlag(FormulaFamilies.Fractals), textures);
            var name = string.Create(CultureInfo.InvariantCulture, $"{family.ToString().ToLowerInvariant()} {ordinal}");
            classes[i] = (CreateClass<TPoint>(seed, family, ordinal), name);
        });
        return classes;
    }

    private static (FormulaFamilies Family, int Ordinal) Assign(int index, bool withFractals, FormulaFamilies[] textures)
    {
        if (withFractals && (textures.Length == 0 || index % 2 == 0))
        {
            return (FormulaFamilies.Fractals, textures.Length == 0 ? index : index / 2);
        }

        var textureIndex = withFractals ? index / 2 : index;
        return (textures[textureIndex % textures.Length], textureIndex / textures.Length);
    }

    private static FormulaClass<TPoint> CreateClass<TPoint>(int seed, FormulaFamilies family, int ordinal)
        where TPoint : struct, IFormulaPoint<TPoint>
    {
        var classSeed = new FormulaClassSeed(seed, family, ordinal);
        return family switch
        {
            FormulaFamilies.Fractals => new FractalClass<TPoint>(classSeed),
            FormulaFamilies.Waves => new WaveClass<TPoint>(classSeed),
            FormulaFamilies.Noise => new NoiseClass<TPoint>(classSeed),
            FormulaFamilies.Cells => new CellClass<TPoint>(classSeed),
            FormulaFamilies.Speckle => new SpeckleClass<TPoint>(classSeed),
            FormulaFamilies.Stripes => new StripeClass<TPoint>(classSeed),
            _ => throw new ArgumentOutOfRangeException(nameof(family), family, "Not a single family."),
        };
    }
}
