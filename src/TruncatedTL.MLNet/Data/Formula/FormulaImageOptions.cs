namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// What <see cref="FormulaImageSource"/> draws. Two sources with equal options give the same bytes.
/// </summary>
public sealed record FormulaImageOptions
{
    /// <summary>The smallest image, in pixels.</summary>
    public const int MinSize = 16;

    /// <summary>The largest image, in pixels.</summary>
    public const int MaxSize = 1024;

    /// <summary>Number of classes, 2 to 65,536. Default: 64.</summary>
    public int Classes { get; init; } = 64;

    /// <summary>Number of images of each class, 1 or more. Default: 100.</summary>
    public int ImagesPerClass { get; init; } = 100;

    /// <summary>
    /// Number of the first instance of each class, 0 or more. Two sources that differ only here and do not overlap hold
    /// different images of the same classes, for instance for training and for validation. Default: 0.
    /// </summary>
    public int FirstInstance { get; init; }

    /// <summary>Height and width in pixels, <see cref="MinSize"/> to <see cref="MaxSize"/>. Default: 64.</summary>
    public int Size { get; init; } = 64;

    /// <summary>
    /// Values per pixel: 1 for grey, 3 for red, green, blue in a random palette that says nothing about the class.
    /// Default: 1.
    /// </summary>
    public int Channels { get; init; } = 1;

    /// <summary>
    /// With three channels, the share of images that are grey all the same, with equal channels, 0 to 1. A network for
    /// radiographs, ultrasound or tomography should meet both: in colour alone, its first layers may come to rely on
    /// differences between channels that those images do not have. Such an image equals the one of one channel in each
    /// of its planes. No effect with one channel. Default: 0.
    /// </summary>
    public float GreyProbability { get; init; }

    /// <summary>Decides on the classes and their instances. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The kinds of formula to take classes from. Default: all.</summary>
    public FormulaFamilies Families { get; init; } = FormulaFamilies.All;

    /// <summary>
    /// Largest standard deviation of the noise added to each pixel, relative to the full range, 0 to 0.5; each image has
    /// its own level up to this. Default: 0.05.
    /// </summary>
    public float NoiseLevel { get; init; } = 0.05f;

    internal void Validate()
    {
        CheckRange(Classes, 2, 1 << 16, nameof(Classes));
        CheckRange(ImagesPerClass, 1, int.MaxValue / Classes, nameof(ImagesPerClass));
        CheckRange(FirstInstance, 0, int.MaxValue - ImagesPerClass, nameof(FirstInstance));
        CheckRange(Size, MinSize, MaxSize, nameof(Size));
        if (Channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(Channels), Channels, "Images have 1 or 3 channels.");
        }

        if (!(GreyProbability >= 0f && GreyProbability <= 1f))
        {
            throw new ArgumentOutOfRangeException(nameof(GreyProbability), GreyProbability, "GreyProbability must be from 0 to 1.");
        }

        CheckFamilies(Families, nameof(Families));
        CheckNoiseLevel(NoiseLevel, nameof(NoiseLevel));
    }

    internal static void CheckRange(int value, int least, int most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {least} to {most}.");
        }
    }

    internal static void CheckFamilies(FormulaFamilies value, string name)
    {
        if (value == FormulaFamilies.None || (value & ~FormulaFamilies.All) != 0)
        {
            throw new ArgumentOutOfRangeException(name, value, "At least one known family is needed.");
        }
    }

    internal static void CheckNoiseLevel(float value, string name)
    {
        if (!(value >= 0f && value <= 0.5f))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be from 0 to 0.5.");
        }
    }
}
