using System.CommandLine;
using TruncatedTL.MLNet.Loading;

namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>Where images come from, how their files are read and how their rows are divided.</summary>
internal sealed class DataOptions
{
    public ToolOption<string?> Data { get; } = ToolOption<string?>.Plain("--data", "folder with a sub-folder a class (images or DICOM), table (.csv, .tsv), MedMNIST file (.npz), or 'formula' for the built-in task", isPath: true);

    public ToolOption<SourceKind> Kind { get; } = ToolOption<SourceKind>.WithDefault("--data-kind", "what the data are, where their name does not say it", SourceKind.Auto);

    public ToolOption<string?> Size { get; } = ToolOption<string?>.Plain("--size", $"size that files are brought to and networks work on: {ImageSizeText.Form}; unless given that of the weights, else the backbone's usual one");

    public ToolOption<int?> Channels { get; } = ToolOption<int?>.Plain("--channels", "channels that files are brought to, 1 or 3; unless given what the first files have");

    public ToolOption<IntensityChoice> Intensity { get; } = ToolOption<IntensityChoice>.WithDefault("--intensity", "how values become grey levels; auto: 8-bit files as they are, others by the file's window or percentiles", IntensityChoice.Auto);

    public ToolOption<Preparation.ImageFit> Fit { get; } = ToolOption<Preparation.ImageFit>.WithDefault("--fit", "how files of another shape are brought to the size", Preparation.ImageFit.Pad);

    public ToolOption<string?> Positive { get; } = ToolOption<string?>.Plain("--positive", "of two classes the positive one; unless given the one whose name comes last");

    public ToolOption<string> PathColumn { get; } = ToolOption<string>.WithDefault("--path-column", "header of a table's column with the file", "path");

    public ToolOption<string> LabelColumn { get; } = ToolOption<string>.WithDefault("--label-column", "header of a table's column with the class", "label");

    public ToolOption<string?> PatientColumn { get; } = ToolOption<string?>.Plain("--patient-column", "header of a table's column with the patient; unless given 'patient' where there is such a column");

    public ToolOption<string?> SplitColumn { get; } = ToolOption<string?>.Plain("--split-column", "header of a table's column with train, validation or test; unless given 'split' where there is such a column");

    public ToolOption<DicomRows> Rows { get; } = ToolOption<DicomRows>.WithDefault("--dicom-rows", "whether each DICOM file or each series, as a volume, is an image", DicomRows.Files);

    public ToolOption<string?> LabelTable { get; } = ToolOption<string?>.Plain("--label-table", "table with the classes of a folder of DICOM files, with the columns key and label", isPath: true);

    public ToolOption<DicomLabelKey> LabelTableKey { get; } = ToolOption<DicomLabelKey>.WithDefault("--label-table-key", "what the key of that table is", DicomLabelKey.Study);

    public ToolOption<UnreadableImages> OnUnreadable { get; } = ToolOption<UnreadableImages>.WithDefault("--on-unreadable", "what to do with a file that cannot be read", UnreadableImages.Fail);

    public ToolOption<double> TestFraction { get; } = ToolOption<double>.WithDefault("--test-fraction", "share of the rows to test on, where the data have no split of their own", 0.2);

    public ToolOption<double> ValidationFraction { get; } = ToolOption<double>.WithDefault("--validation-fraction", "share of the rows to validate on, likewise", 0.2);

    public ToolOption<int> FormulaImages { get; } = ToolOption<int>.WithDefault("--formula-images", "built-in task: training images a class; half as many validate and test", 100);

    public ToolOption<int> FormulaClasses { get; } = ToolOption<int>.WithDefault("--formula-classes", "built-in task: number of classes, from 2", 2);

    public ToolOption<int> Seed { get; } = ToolOption<int>.WithDefault("--seed", "seed of everything that is random", 1);

    private IEnumerable<Option> All =>
    [
        Data, Kind, Size, Channels, Intensity, Fit, Positive, PathColumn, LabelColumn, PatientColumn, SplitColumn, Rows, LabelTable, LabelTableKey, OnUnreadable, TestFraction, ValidationFraction,
        FormulaImages, FormulaClasses, Seed,
    ];

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }
}
