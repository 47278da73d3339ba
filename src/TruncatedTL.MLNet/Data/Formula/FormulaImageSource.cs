using System.Buffers;

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
    private readonly FormulaClass<PlanePoint>[] _classes;

    /// <summary>Chooses the classes. Fractal classes are searched for, which takes about a millisecond each.</summary>
    /// <param name="options">What to draw.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public FormulaImageSource(FormulaImageOptions options)
        : this(Validated(options), FormulaClassList.Create<PlanePoint>(options.Seed, options.Classes, options.Families))
    {
    }

    private FormulaImageSource(FormulaImageOptions options, (FormulaClass<PlanePoint> Class, string Name)[] classes)
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
            var isGrey = FormulaRandom.From(Options.Seed, (int)FormulaStream.Grey, label, instance).NextFlag(Options.GreyProbability);
            FormulaFinish.Apply(ref random, canvas, size, Options.NoiseLevel, isGrey ? destination[..canvas.Length] : destination);
            for (var plane = 1; isGrey && plane < Options.Channels; plane++)
            {
                destination[..canvas.Length].CopyTo(destination[(plane * canvas.Length)..]);
            }
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
}
