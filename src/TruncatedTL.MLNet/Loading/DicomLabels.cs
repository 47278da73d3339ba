using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Loading;

/// <summary>A table of labels for DICOM files.</summary>
internal sealed class DicomLabels
{
    private readonly Dictionary<string, (string Label, int Line)> _labels = new(StringComparer.Ordinal);
    private readonly string _tablePath;
    private readonly DicomLabelKey _key;

    /// <summary>Reads the table.</summary>
    /// <param name="path">The table.</param>
    /// <param name="root">The loaded folder, from which relative paths start.</param>
    /// <param name="options">What its columns hold.</param>
    /// <exception cref="ImageTableException">The table is damaged, or a key has two labels.</exception>
    public DicomLabels(string path, string root, DicomLoadOptions options)
    {
        var table = TableColumns.Read(path, options.Separator);
        _tablePath = table.Path;
        _key = options.LabelTableKey;
        var (keyColumn, labelColumn) = (table.Find(options.KeyHeader), table.Find(options.LabelHeader));
        for (var row = 0; row < table.Count; row++)
        {
            var (key, label, line) = (table.Require(row, keyColumn), table.Require(row, labelColumn), table.LineOf(row));
            if (_key == DicomLabelKey.File)
            {
                key = key.Contains('\0')
                    ? throw new ImageTableException(_tablePath, line, "the path contains the character 0")
                    : Path.GetFullPath(key.Replace('\\', Path.DirectorySeparatorChar), root);
            }

            if (!_labels.TryAdd(key, (label, line)) && _labels[key].Label != label)
            {
                throw new ImageTableException(_tablePath, line, $"its key has another label on line {_labels[key].Line}: '{_labels[key].Label}' and '{label}'");
            }
        }
    }

    /// <summary>The label of a file.</summary>
    /// <exception cref="ImageTableException">The file has no such key, or the table does not list it.</exception>
    public string Of(string file, ImageOrigin? origin)
    {
        var key = _key switch
        {
            DicomLabelKey.File => file,
            DicomLabelKey.Study => origin?.StudyUid,
            DicomLabelKey.Series => origin?.SeriesUid,
            _ => origin?.PatientId?.Trim(),
        };

        // The key itself may name a person and does not belong in a message; the file tells which one it is.
        return key is null
            ? throw new ImageTableException(_tablePath, line: null, $"'{file}' says no {_key.ToString().ToLowerInvariant()}, by which its label is to be found")
            : _labels.TryGetValue(key, out var found)
                ? found.Label
                : throw new ImageTableException(_tablePath, line: null, $"the {_key.ToString().ToLowerInvariant()} of '{file}' is not listed");
    }
}
