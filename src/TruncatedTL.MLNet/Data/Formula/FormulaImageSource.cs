using System.Buffers;
using System.Globalization;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// Labelled images drawn by formula: no files, no licences, no patients, and as many as wanted. Meant for pre-training
/// and for tests and demonstrations of training code.
/// </summary>
/// <remarks>
/// <para>
/// A class is a formula with fixed parameters; its instances differ in small changes of the parameters, rotation,
/// mirroring, scale, place, brush, illumination and noise. Fractals teach shape, the other families texture
/// (<see cref="FormulaFamilies"/>). Labels alternate: image i belongs to class i modulo
/// <see cref="FormulaImageOptions.Classes"/>, so every leading part of the set is balanced.
/// </para>
/// <para>
/// Image i is a function of the options and of i alone: any thread may draw any image in any order, and only arithmetic
/// with exactly defined rounding is used, so the bytes are the same on every machine.
/// </para>
/// <para>
/// Source of the idea: Kataoka et al., "Pre-training without Natural Images", arXiv 2101.08515 (ACCV 2020).
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var options = new FormulaImageOptions { Classes = 32, ImagesPerClass = 200, Size = 64 };
/// var training = new FormulaImageSource(options);
/// var validation = new FormulaImageSource(options with { FirstInstance = 200, ImagesPerClass = 20 });
/// </code>
/// </example>
public sealed class FormulaImageSource : LabelledImages
{
    private readonly FormulaClass[] _classes;

    /// <summary>Chooses the classes. Fractal classes are searched for, which takes about a millisecond each.</summary>
    /// <param name="options">What to draw.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public FormulaImageSource(FormulaImageOptions options)
        : this(Validated(options), CreateClasses(options))
    {
    }

    private FormulaImageSource(FormulaImageOptions options, (FormulaClass Class, string Name)[] classes)
        : base("formula", options.Classes * options.ImagesPerClass, options.Channels, [options.Size, options.Size], hasByteValues: true, Array.ConvertAll(classes, c => c.Name))
    {
        Options = options;
        _classes = Array.ConvertAll(classes, c => c.Class);
    }

    /// <summary>What is drawn.</summary>
    public FormulaImageOptions Options { get; }

    /// <summary>Draws one image; the same as <see cref="LabelledImages.CopyImage(int, Span{byte})"/>.</summary>
    /// <param name="index">Which image, from 0.</param>
    /// <param name="destination">Receives exactly channels * size * size values in the order [C, H, W].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not in the set.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    public void Render(int index, Span<byte> destination)
    {
        CopyImage(index, destination);
    }

    /// <inheritdoc/>
    protected override int GetLabel(int index)
    {
        return index % _classes.Length;
    }

    /// <inheritdoc/>
    protected override void CopyBytes(int index, Span<byte> destination)
    {
        var (label, instance) = (index % _classes.Length, Options.FirstInstance + (index / _classes.Length));
        var size = Options.Size;
        var buffer = ArrayPool<float>.Shared.Rent(size * size);
        try
        {
            var canvas = buffer.AsSpan(0, size * size);
            var random = FormulaRandom.From(Options.Seed, (int)FormulaStream.Instance, label, instance);
            _classes[label].Render(ref random, canvas, size);
            random = FormulaRandom.From(Options.Seed, (int)FormulaStream.Finish, label, instance);
            FormulaFinish.Apply(ref random, canvas, size, Options.NoiseLevel, destination);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    private static FormulaImageOptions Validated(FormulaImageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    private static (FormulaClass Class, string Name)[] CreateClasses(FormulaImageOptions options)
    {
        var textures = Enum.GetValues<FormulaFamilies>()
            .Where(family => System.Numerics.BitOperations.IsPow2((int)family) && family != FormulaFamilies.Fractals && options.Families.HasFlag(family))
            .ToArray();
        var classes = new (FormulaClass, string)[options.Classes];

        // Each class depends on its own seed only, so the search may use all cores.
        Parallel.For(0, classes.Length, i =>
        {
            var (family, ordinal) = Assign(i, options.Families.HasFlag(FormulaFamilies.Fractals), textures);
            var name = string.Create(CultureInfo.InvariantCulture, $"{family.ToString().ToLowerInvariant()} {ordinal}");
            classes[i] = (CreateClass(options.Seed, family, ordinal), name);
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

    private static FormulaClass CreateClass(int seed, FormulaFamilies family, int ordinal)
    {
        var classSeed = new FormulaClassSeed(seed, family, ordinal);
        return family switch
        {
            FormulaFamilies.Fractals => new FractalClass(classSeed),
            FormulaFamilies.Waves => new WaveClass(classSeed),
            FormulaFamilies.Noise => new NoiseClass(classSeed),
            FormulaFamilies.Cells => new CellClass(classSeed),
            FormulaFamilies.Speckle => new SpeckleClass(classSeed),
            FormulaFamilies.Stripes => new StripeClass(classSeed),
            _ => throw new ArgumentOutOfRangeException(nameof(family), family, "Not a single family."),
        };
    }
}
