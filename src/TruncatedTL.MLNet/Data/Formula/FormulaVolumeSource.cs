using System.Buffers;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// Labelled volumes drawn by formula, the same in space as <see cref="FormulaImageSource"/> in the plane: for pre-training
/// three-dimensional networks where no pretrained weights are at hand, and for tests and demonstrations of training code.
/// </summary>
/// <remarks>
/// <para>
/// A class is a formula with fixed parameters; its instances differ in small changes of the parameters, rotation about any
/// axis, mirroring, scale, place, brush, illumination and noise. Besides fractals there are balls, shells and the walls
/// between cells, sheets, tubes and labyrinths, layers of speckle, waves and noise (<see cref="FormulaFamilies"/>). Labels
/// alternate: volume i belongs to class i modulo <see cref="FormulaVolumeOptions.Classes"/>, so every leading part of the
/// set is balanced.
/// </para>
/// <para>
/// Volume i is a function of the options and of i alone: any thread may draw any volume in any order, and only arithmetic
/// with exactly defined rounding is used, so the bytes are the same on every machine.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var options = new FormulaVolumeOptions { Classes = 32, InstancesPerClass = 200, Size = 32 };
/// var training = new FormulaVolumeSource(options);
/// var validation = new FormulaVolumeSource(options with { FirstInstance = 200, InstancesPerClass = 20 });
/// </code>
/// </example>
public sealed class FormulaVolumeSource : LabelledImages
{
    private readonly FormulaClass<SpacePoint>[] _classes;

    /// <summary>Chooses the classes. Fractal classes are searched for, which takes some milliseconds each.</summary>
    /// <param name="options">What to draw.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public FormulaVolumeSource(FormulaVolumeOptions options)
        : this(Validated(options), FormulaClassList.Create<SpacePoint>(options.Seed, options.Classes, options.Families))
    {
    }

    private FormulaVolumeSource(FormulaVolumeOptions options, (FormulaClass<SpacePoint> Class, string Name)[] classes)
        : base("formula volumes", options.Classes * options.InstancesPerClass, 1, [options.Size, options.Size, options.Size], hasByteValues: true, Array.ConvertAll(classes, c => c.Name))
    {
        Options = options;
        _classes = Array.ConvertAll(classes, c => c.Class);
    }

    /// <summary>What is drawn.</summary>
    public FormulaVolumeOptions Options { get; }

    /// <summary>Draws one volume; the same as <see cref="LabelledImages.CopyImage(int, Span{byte})"/>.</summary>
    /// <param name="index">Which volume, from 0.</param>
    /// <param name="destination">Receives exactly size * size * size values in the order [1, D, H, W].</param>
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
        var buffer = ArrayPool<float>.Shared.Rent(destination.Length);
        try
        {
            var canvas = buffer.AsSpan(0, destination.Length);
            var random = FormulaRandom.From(Options.Seed, (int)FormulaStream.VolumeInstance, label, instance);
            _classes[label].Render(ref random, canvas, Options.Size);
            random = FormulaRandom.From(Options.Seed, (int)FormulaStream.VolumeFinish, label, instance);
            FormulaFinish.Apply(ref random, canvas, Options.Size, Options.NoiseLevel, destination);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    private static FormulaVolumeOptions Validated(FormulaVolumeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }
}
