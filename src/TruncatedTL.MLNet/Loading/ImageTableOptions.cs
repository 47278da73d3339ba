namespace TruncatedTL.MLNet.Loading;

/// <summary>Which columns of a table say what about an image. Headers are compared as they are written, case included.</summary>
public sealed record ImageTableOptions : ImageLoadOptions
{
    /// <summary>Header of the column with the image's path, absolute or relative to the table's folder. Default: <c>path</c>.</summary>
    public string PathHeader { get; init; } = "path";

    /// <summary>Header of the column with the class. Default: <c>label</c>.</summary>
    public string LabelHeader { get; init; } = "label";

    /// <summary>Header of the column with the patient; null (default) for none. It becomes the text column <see cref="ImageLoadOptions.PatientColumnName"/>, through <see cref="ImageLoadOptions.PatientPseudonym"/>.</summary>
    public string? PatientHeader { get; init; }

    /// <summary>Header of the column with the split (<c>train</c>, <c>test</c>, ...); null (default) for none. It becomes the text column <see cref="ImageLoadOptions.SplitColumnName"/>.</summary>
    public string? SplitHeader { get; init; }

    /// <summary>What separates fields. Null (default): a tab for files ending in <c>.tsv</c> or <c>.tab</c>, else a comma.</summary>
    public char? Separator { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentException.ThrowIfNullOrWhiteSpace(PathHeader);
        ArgumentException.ThrowIfNullOrWhiteSpace(LabelHeader);
        DelimitedText.RequireSeparator(Separator);
    }
}
