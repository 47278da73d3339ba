using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>Reads the split that a data set was published with, in the spellings that data sets use.</summary>
public static class PublishedSplit
{
    /// <summary>Index of the rows to train on.</summary>
    public const int Train = 0;

    /// <summary>Index of the rows to validate on.</summary>
    public const int Validation = 1;

    /// <summary>Index of the rows to test on.</summary>
    public const int Test = 2;

    private static readonly string[][] s_spellings =
    [
        ["train", "training", "trn", "tr"],
        ["validation", "validate", "valid", "val", "dev", "development", "tune", "tuning"],
        ["test", "testing", "tst", "ts", "holdout", "hold-out", "held-out"],
    ];

    /// <summary>The part of each row: <see cref="Train"/>, <see cref="Validation"/> or <see cref="Test"/>.</summary>
    /// <param name="values">
    /// The column: train, training, trn, tr; validation, validate, valid, val, dev, development, tune, tuning; test, testing, tst, ts,
    /// holdout, hold-out, held-out. Case and blanks around them do not matter.
    /// </param>
    /// <exception cref="ImageDataException">A row has no value or one that is none of these.</exception>
    public static int[] Parse(IReadOnlyList<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var parts = new int[values.Count];
        for (var row = 0; row < parts.Length; row++)
        {
            if (values[row]?.Trim() is not { Length: > 0 } value)
            {
                throw new ImageDataException($"Row {row} is in no part of the published split. Leave the row out or say where it belongs.");
            }

            parts[row] = Array.FindIndex(s_spellings, spellings => spellings.Contains(value, StringComparer.OrdinalIgnoreCase));
            if (parts[row] < 0)
            {
                // The value itself stays out of the message: in a column chosen by mistake it might be a patient's name.
                var known = string.Join(", ", s_spellings.SelectMany(spellings => spellings));
                throw new ImageDataException($"Row {row}: the value in the column of the published split is no known spelling of train, validation or test ({known}).");
            }
        }

        return parts;
    }
}
