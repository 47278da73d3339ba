using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Splitting;

namespace TruncatedTL.MLNet.Loading;

/// <summary>How image files become rows.</summary>
public record ImageLoadOptions
{
    private static readonly IdentifierHasher HasherOfThisProcess = new();

    /// <summary>What is done to every image; its shape is that of the image column. It is written into models that are trained on the rows.</summary>
    public required ImagePreparation Preparation { get; init; }

    /// <summary>What to do with a file that cannot be read or prepared. Default: <see cref="UnreadableImages.Fail"/>.</summary>
    public UnreadableImages OnUnreadable { get; init; }

    /// <summary>The most values that one file may have once decoded; more makes it unreadable before memory is taken. Default: <see cref="ImageReadOptions.DefaultMaxValues"/>.</summary>
    public long MaxValuesPerImage { get; init; } = ImageReadOptions.DefaultMaxValues;

    /// <summary>Files that are decoded at a time, each with its decoded values in memory. Default: one for each processor.</summary>
    public int MaxDegreeOfParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// The most bytes that prepared images may take in memory; what comes beyond is decoded anew whenever its row is read. An image takes a byte a value
    /// where all its values are whole numbers from 0 to 255, two where they are whole numbers of 16 bits, else four. Null (default): a quarter of the
    /// memory that the process may use.
    /// </summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Told after each file, one call at a time. Default: none.</summary>
    public IProgress<ImageLoadProgress>? Progress { get; init; }

    /// <summary>Stops the loading between two files.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>
    /// What stands for a patient's identifier in the rows: equal for equal identifiers. Default: the <see cref="IdentifierHasher.Hash"/> of a hasher that all loaders of
    /// the process share and whose salt is kept nowhere, so that rows loaded in one program can be grouped and compared, and nobody can be found by it later.
    /// Give that of a hasher with a salt of your own to join the rows of several programs.
    /// </summary>
    public Func<string, string> PatientPseudonym { get; init; } = HasherOfThisProcess.Hash;

    /// <summary>For two classes: the class whose Boolean label is true. Default: none; the label is text.</summary>
    public string? PositiveClassName { get; init; }

    /// <summary>
    /// Whether two classes give a Boolean label though no positive class is named: the one whose name comes last in ordinal order is then positive. Default: false, the label is text.
    /// </summary>
    public bool TwoClassesAreBoolean { get; init; }

    /// <summary>Name of the image column. Default: <c>Image</c>.</summary>
    public string ImageColumnName { get; init; } = "Image";

    /// <summary>Name of the label column. Default: <c>Label</c>.</summary>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>Name of the column of full paths. Default: <c>ImagePath</c>.</summary>
    public string ImagePathColumnName { get; init; } = "ImagePath";

    /// <summary>Name of the column of patients, where the loader gives one. Default: <c>Patient</c>.</summary>
    public string PatientColumnName { get; init; } = "Patient";

    /// <summary>Name of the column of splits, where the loader gives one. Default: <c>Split</c>.</summary>
    public string SplitColumnName { get; init; } = "Split";

    /// <summary>Checks what can be checked before a file is opened.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    internal virtual void Validate()
    {
        ArgumentNullException.ThrowIfNull(Preparation);
        ArgumentNullException.ThrowIfNull(PatientPseudonym);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxValuesPerImage, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDegreeOfParallelism, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MemoryLimitBytes ?? 0, nameof(MemoryLimitBytes));
        if (!Enum.IsDefined(OnUnreadable))
        {
            throw new ArgumentOutOfRangeException(nameof(OnUnreadable), OnUnreadable, "There is no such behaviour.");
        }
    }
}
