namespace TruncatedTL.MLNet.Loading;

/// <summary>How a folder of DICOM files becomes rows.</summary>
public sealed record DicomLoadOptions : ImageLoadOptions
{
    /// <summary>What makes a row. Default: <see cref="DicomRows.Files"/>.</summary>
    public DicomRows Rows { get; init; }

    /// <summary>A table with the label of every image. Null (default): the label is the name of the sub-folder of the loaded folder in which the file lies, at whatever depth.</summary>
    public string? LabelTable { get; init; }

    /// <summary>What the table's key column holds. Default: <see cref="DicomLabelKey.Study"/>. Rows of series cannot be keyed by file.</summary>
    public DicomLabelKey LabelTableKey { get; init; } = DicomLabelKey.Study;

    /// <summary>Header of the table's key column. Default: <c>key</c>.</summary>
    public string KeyHeader { get; init; } = "key";

    /// <summary>Header of the table's column with the class. Default: <c>label</c>.</summary>
    public string LabelHeader { get; init; } = "label";

    /// <summary>What separates the table's fields. Null (default): a tab for files ending in <c>.tsv</c> or <c>.tab</c>, else a comma.</summary>
    public char? Separator { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentException.ThrowIfNullOrWhiteSpace(KeyHeader);
        ArgumentException.ThrowIfNullOrWhiteSpace(LabelHeader);
        DelimitedText.RequireSeparator(Separator);
        if (!Enum.IsDefined(Rows))
        {
            throw new ArgumentOutOfRangeException(nameof(Rows), Rows, "There are no such rows.");
        }

        if (!Enum.IsDefined(LabelTableKey) || (LabelTable is not null && Rows == DicomRows.Series && LabelTableKey == DicomLabelKey.File))
        {
            throw new ArgumentOutOfRangeException(nameof(LabelTableKey), LabelTableKey, $"The labels of {Rows} cannot be keyed by that.");
        }
    }
}
