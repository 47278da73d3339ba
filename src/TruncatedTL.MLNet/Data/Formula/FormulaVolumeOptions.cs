namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// What <see cref="FormulaVolumeSource"/> draws. Two sources with equal options give the same bytes.
/// </summary>
public sealed record FormulaVolumeOptions
{
    /// <summary>The shortest edge, in voxels.</summary>
    public const int MinSize = 16;

    /// <summary>The longest edge, in voxels.</summary>
    public const int MaxSize = 128;

    /// <summary>Number of classes, 2 to 65,536. Default: 64.</summary>
    public int Classes { get; init; } = 64;

    /// <summary>Number of volumes of each class, 1 or more. Default: 100.</summary>
    public int InstancesPerClass { get; init; } = 100;

    /// <summary>
    /// Number of the first instance of each class, 0 or more. Two sources that differ only here and do not overlap hold
    /// different volumes of the same classes, for instance for training and for validation. Default: 0.
    /// </summary>
    public int FirstInstance { get; init; }

    /// <summary>Depth, height and width in voxels, <see cref="MinSize"/> to <see cref="MaxSize"/>. Default: 32.</summary>
    public int Size { get; init; } = 32;

    /// <summary>Decides on the classes and their instances. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The kinds of formula to take classes from. Default: all.</summary>
    public FormulaFamilies Families { get; init; } = FormulaFamilies.All;

    /// <summary>
    /// Largest standard deviation of the noise added to each voxel, relative to the full range, 0 to 0.5; each volume has
    /// its own level up to this. Default: 0.05.
    /// </summary>
    public float NoiseLevel { get; init; } = 0.05f;

    internal void Validate()
    {
        FormulaImageOptions.CheckRange(Classes, 2, 1 << 16, nameof(Classes));
        FormulaImageOptions.CheckRange(InstancesPerClass, 1, int.MaxValue / Classes, nameof(InstancesPerClass));
        FormulaImageOptions.CheckRange(FirstInstance, 0, int.MaxValue - InstancesPerClass, nameof(FirstInstance));
        FormulaImageOptions.CheckRange(Size, MinSize, MaxSize, nameof(Size));
        FormulaImageOptions.CheckFamilies(Families, nameof(Families));
        FormulaImageOptions.CheckNoiseLevel(NoiseLevel, nameof(NoiseLevel));
    }
}
