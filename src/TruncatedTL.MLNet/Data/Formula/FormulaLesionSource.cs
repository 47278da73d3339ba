namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// A small classification task drawn by formula that looks somewhat like ultrasound: layered, shaded tissue with speckle,
/// and in it a lesion that is smooth and even (<c>benign-like</c>) or irregular, spiculated and uneven
/// (<c>malignant-like</c>). Made to try out and demonstrate transfer from other images to a target task.
/// </summary>
/// <remarks>
/// <para>
/// <b>Synthetic, and without any medical meaning.</b> The names only say which shape a formula gave; nothing learnt or
/// measured here says anything about patients.
/// </para>
/// <para>
/// The cues are the border, the texture inside, a bright halo and what lies below the lesion. Size, place, brightness and
/// contrast of a lesion are drawn alike for both kinds, so that none of them gives the class away. Labels alternate:
/// image i belongs to class i modulo <see cref="FormulaLesionOptions.Classes"/>.
/// </para>
/// <para>
/// Image i is a function of the options and of i alone, and only arithmetic with exactly defined rounding is used, so
/// the bytes are the same on every machine. Any thread may draw any image in any order.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var options = new FormulaLesionOptions { ImagesPerClass = 100 };
/// var training = new FormulaLesionSource(options);
/// var test = new FormulaLesionSource(options with { FirstInstance = 100, ImagesPerClass = 500 });
/// </code>
/// </example>
public sealed class FormulaLesionSource : LabelledImages
{
    private static readonly string[] Names = ["no lesion", "benign-like", "malignant-like"];

    /// <summary>Prepares the task; images are drawn when they are asked for.</summary>
    /// <param name="options">What to draw.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public FormulaLesionSource(FormulaLesionOptions options)
        : base(
            "formula lesions",
            Validated(options).Classes * options.ImagesPerClass,
            options.Channels,
            [options.Size, options.Size],
            hasByteValues: true,
            Names[^options.Classes..])
    {
        Options = options;
    }

    /// <summary>What is drawn.</summary>
    public FormulaLesionOptions Options { get; }

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
        return index % Options.Classes;
    }

    /// <inheritdoc/>
    protected override void CopyBytes(int index, Span<byte> destination)
    {
        var (label, instance) = (index % Options.Classes, Options.FirstInstance + (index / Options.Classes));

        // The kinds keep their random numbers whether or not there is a third class.
        var kind = (LesionKind)(label + Names.Length - Options.Classes);
        var random = FormulaRandom.From(Options.Seed, (int)FormulaStream.LesionInstance, (int)kind, instance);
        var scene = LesionScene.Create(ref random, kind, Options);
        var pixels = Options.Size * Options.Size;
        scene.Render(ref random, destination[..pixels], Options.Size);
        for (var channel = 1; channel < Options.Channels; channel++)
        {
            destination[..pixels].CopyTo(destination[(channel * pixels)..]);
        }
    }

    private static FormulaLesionOptions Validated(FormulaLesionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }
}
