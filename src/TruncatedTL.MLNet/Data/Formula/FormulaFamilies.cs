namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>The kinds of formula that <see cref="FormulaImageSource"/> draws classes from.</summary>
[Flags]
public enum FormulaFamilies
{
    /// <summary>None; not a valid choice on its own.</summary>
    None = 0,

    /// <summary>Attractors of iterated function systems (Kataoka et al., "Pre-training without Natural Images", arXiv 2101.08515): shape.</summary>
    Fractals = 1,

    /// <summary>Mixtures of oriented waves with a local envelope (Gabor-like).</summary>
    Waves = 2,

    /// <summary>Value noise with a spectrum, stretch and folding of the class's own.</summary>
    Noise = 4,

    /// <summary>Cells: discs, rings and Voronoi borders around scattered points.</summary>
    Cells = 8,

    /// <summary>Speckle as of coherent imaging: the magnitude of a complex random field over layers or patches.</summary>
    Speckle = 16,

    /// <summary>Stripes, checks, rings and dots bent by a smooth warp.</summary>
    Stripes = 32,

    /// <summary>All but <see cref="Fractals"/>.</summary>
    Textures = Waves | Noise | Cells | Speckle | Stripes,

    /// <summary>All: half of the classes are fractals, the other half goes through the textures in turn.</summary>
    All = Fractals | Textures,
}
