using Microsoft.ML;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Splitting;

namespace TruncatedTL.MLNet;

/// <summary>
/// Splits rows so that no patient is on both sides and every class keeps its share, and checks splits that others made:
/// <c>mlContext.Data.StratifiedGroupSplit(...)</c> and its like.
/// </summary>
/// <remarks>
/// <para>
/// ML.NET's <c>TrainTestSplit</c> keeps rows with the same <c>samplingKeyColumnName</c> together, but lets the classes fall as they may;
/// with few patients a test set may then miss one. See <see cref="StratifiedGroups"/> for what is guaranteed here.
/// </para>
/// <para>
/// Label columns are Boolean, text or key; group columns are text, key or integer. Only these are read; images are not.
/// </para>
/// </remarks>
public static class DataSplittingExtensions
{
    private const string DefaultLabelColumnName = "Label";
    private const string DefaultSplitColumnName = "Split";
    private const string DefaultImageColumnName = "Image";

    private static readonly string[] s_partNames = ["train", "validation", "test"];

    /// <summary>Splits into training and test, or training, validation and test rows, by class and by group.</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="data">The rows. They must read the same each time; a row that is not where it was is an error, not a leak.</param>
    /// <param name="labelColumnName">Name of the label column. Default: <c>Label</c>.</param>
    /// <param name="groupColumnName">Name of the column that says which rows belong together, the patient. Default: none; rows are split one by one.</param>
    /// <param name="testFraction">Share of the rows to test on, between 0 and 1. Default: a fifth.</param>
    /// <param name="validationFraction">Share of the rows to validate on; 0 (default) makes no validation part.</param>
    /// <param name="seed">Seed of the choice. Default: 0.</param>
    /// <param name="missingClasses">What to do when a class cannot be in every part. Default: refuse.</param>
    /// <returns>The parts, as views over <paramref name="data"/>.</returns>
    /// <exception cref="ArgumentException">A fraction is out of range, or a column is missing or of another type.</exception>
    /// <exception cref="ImageDataException">A row has no label or no group.</exception>
    /// <exception cref="SplitException">There are too few groups, or a class cannot be in every part.</exception>
    public static TrainValidationTestData StratifiedGroupSplit(
        this DataOperationsCatalog catalog,
        IDataView data,
        string labelColumnName = DefaultLabelColumnName,
        string? groupColumnName = null,
        double testFraction = 0.2,
        double validationFraction = 0,
        int seed = 0,
        MissingClasses missingClasses = MissingClasses.Refuse)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        if (!(testFraction > 0 && validationFraction >= 0 && testFraction + validationFraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(testFraction), $"The shares to test ({testFraction}) and to validate ({validationFraction}) on must be above 0, the latter at least 0, and leave rows to train on.");
        }

        var columns = SplitColumns.Read(data, labelColumnName, groupColumnName);
        var training = 1 - testFraction - validationFraction;
        double[] fractions = validationFraction > 0 ? [training, validationFraction, testFraction] : [training, testFraction];
        var partition = StratifiedGroups.Split(columns.Labels, columns.Groups, fractions, seed, Options(columns, missingClasses));
        IDataView Part(int part) => new RowSubsetView(data, partition.RowsOf(part), columns.Ids);
        return new TrainValidationTestData(Part(0), validationFraction > 0 ? Part(1) : null, Part(fractions.Length - 1), partition);
    }

    /// <summary>Splits into folds for cross-validation, by class and by group.</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="data">The rows. They must read the same each time; a row that is not where it was is an error, not a leak.</param>
    /// <param name="numberOfFolds">Number of folds. Default: 5.</param>
    /// <param name="labelColumnName">Name of the label column. Default: <c>Label</c>.</param>
    /// <param name="groupColumnName">Name of the column that says which rows belong together, the patient. Default: none; rows are split one by one.</param>
    /// <param name="seed">Seed of the choice. Default: 0.</param>
    /// <param name="repetitions">How often to divide all rows anew. Default: once.</param>
    /// <param name="missingClasses">What to do when a class cannot be in every fold. Default: refuse.</param>
    /// <returns>The folds, repetition by repetition, as views over <paramref name="data"/>.</returns>
    /// <exception cref="ArgumentException">A number is out of range, or a column is missing or of another type.</exception>
    /// <exception cref="ImageDataException">A row has no label or no group.</exception>
    /// <exception cref="SplitException">There are too few groups, or a class cannot be in every fold.</exception>
    public static IReadOnlyList<DataFold> StratifiedGroupKFold(
        this DataOperationsCatalog catalog,
        IDataView data,
        int numberOfFolds = 5,
        string labelColumnName = DefaultLabelColumnName,
        string? groupColumnName = null,
        int seed = 0,
        int repetitions = 1,
        MissingClasses missingClasses = MissingClasses.Refuse)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return DataFolds.Create(data, numberOfFolds, labelColumnName, groupColumnName, seed, repetitions, missingClasses);
    }

    /// <summary>Keeps the split that a data set was published with, so that results can be compared with others'.</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="data">The rows.</param>
    /// <param name="splitColumnName">
    /// Name of a text or key column that says where a row belongs, in any usual spelling of train, validation and test (see
    /// <see cref="PublishedSplit"/>). Default: <c>Split</c>.
    /// </param>
    /// <returns>The parts, as views over <paramref name="data"/>; no validation part where no row belongs to one.</returns>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    /// <exception cref="ImageDataException">A row has no value or an unknown one, or there are no rows to train or to test on.</exception>
    /// <remarks>Published splits are not always clean: <see cref="CheckForLeaks(DataOperationsCatalog, TrainValidationTestData, string)"/> tells.</remarks>
    public static TrainValidationTestData SplitByColumn(this DataOperationsCatalog catalog, IDataView data, string splitColumnName = DefaultSplitColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var parts = PublishedSplit.Parse(ColumnText.ReadAll(data, "split", splitColumnName));
        var ids = SplitColumns.ReadIds(data);
        if (ids.Length != parts.Length)
        {
            throw new InvalidOperationException("The data had another number of rows when they were read again. Split data that read the same each time.");
        }

        var rows = s_partNames.Select((_, part) => Enumerable.Range(0, parts.Length).Where(row => parts[row] == part).ToArray()).ToArray();
        if (rows[PublishedSplit.Train].Length == 0 || rows[PublishedSplit.Test].Length == 0)
        {
            throw new ImageDataException($"The column '{splitColumnName}' leaves no rows to train on or none to test on: {string.Join(", ", rows.Select((r, part) => $"{s_partNames[part]} {r.Length}"))}.");
        }

        IDataView Part(int part) => new RowSubsetView(data, rows[part], ids);
        return new TrainValidationTestData(
            Part(PublishedSplit.Train),
            rows[PublishedSplit.Validation].Length > 0 ? Part(PublishedSplit.Validation) : null,
            Part(PublishedSplit.Test),
            partition: null);
    }

    /// <summary>Requires that no patient is in two parts.</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="split">The parts.</param>
    /// <param name="groupColumnName">Name of the column with the patient: text, key or integer.</param>
    /// <exception cref="DataLeakageException">A patient is in two parts; the message names up to ten, as the column gives them.</exception>
    /// <exception cref="ImageDataException">A row has no patient.</exception>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    public static void CheckForLeaks(this DataOperationsCatalog catalog, TrainValidationTestData split, string groupColumnName)
    {
        ArgumentNullException.ThrowIfNull(split);
        catalog.CheckForLeaks(split.TrainSet, split.ValidationSet, split.TestSet, groupColumnName);
    }

    /// <summary>Requires that no patient is in two parts.</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="train">The rows to train on.</param>
    /// <param name="validation">The rows to validate on, or null.</param>
    /// <param name="test">The rows to test on, or null.</param>
    /// <param name="groupColumnName">Name of the column with the patient, in every part: text, key or integer.</param>
    /// <exception cref="DataLeakageException">A patient is in two parts; the message names up to ten, as the column gives them.</exception>
    /// <exception cref="ImageDataException">A row has no patient.</exception>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    public static void CheckForLeaks(this DataOperationsCatalog catalog, IDataView train, IDataView? validation, IDataView? test, string groupColumnName)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(train);
        LeakCheck.RequireNoSharedGroups(Parts(train, validation, test)
            .Select(part => (part.Name, (IReadOnlyList<string?>)ColumnText.ReadAll(part.View, "group", groupColumnName)))
            .ToArray());
    }

    /// <summary>Reports images that more than one part has, be they the same or only look the same.</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="split">The parts.</param>
    /// <param name="imageColumnName">Name of the image column. Default: <c>Image</c>.</param>
    /// <param name="options">Thresholds. Null takes the defaults.</param>
    /// <exception cref="ImageDataException">A row has no image.</exception>
    /// <exception cref="ArgumentException">The column is missing or of another type, or a threshold is out of range.</exception>
    public static DuplicateReport FindDuplicates(
        this DataOperationsCatalog catalog,
        TrainValidationTestData split,
        string imageColumnName = DefaultImageColumnName,
        DuplicateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(split);
        return catalog.FindDuplicates(split.TrainSet, split.ValidationSet, split.TestSet, imageColumnName, options);
    }

    /// <summary>Reports images that more than one part has, be they the same or only look the same.</summary>
    /// <param name="catalog"><c>mlContext.Data</c>.</param>
    /// <param name="train">The rows to train on.</param>
    /// <param name="validation">The rows to validate on, or null.</param>
    /// <param name="test">The rows to test on, or null.</param>
    /// <param name="imageColumnName">
    /// Name of the image column, in every part: <c>MLImage</c>, or a vector of Byte or Single with the dimensions [C, H, W] or, for
    /// volumes, [C, D, H, W]. Default: <c>Image</c>.
    /// </param>
    /// <param name="options">Thresholds. Null takes the defaults.</param>
    /// <returns>The pairs, with the position of each row in its part.</returns>
    /// <exception cref="ImageDataException">A row has no image.</exception>
    /// <exception cref="ArgumentException">The column is missing or of another type, or a threshold is out of range.</exception>
    public static DuplicateReport FindDuplicates(
        this DataOperationsCatalog catalog,
        IDataView train,
        IDataView? validation,
        IDataView? test,
        string imageColumnName = DefaultImageColumnName,
        DuplicateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(train);
        return DuplicateFinder.Find(
            Parts(train, validation, test)
                .Select(part => (part.Name, (IReadOnlyList<ImageFingerprint>)ImageFingerprints.Read(part.View, imageColumnName)))
                .ToArray(),
            options);
    }

    private static SplitOptions Options(SplitColumns columns, MissingClasses missingClasses) =>
        new() { ClassNames = columns.ClassNames, MissingClasses = missingClasses };

    private static IEnumerable<(string Name, IDataView View)> Parts(IDataView train, IDataView? validation, IDataView? test)
    {
        yield return (s_partNames[PublishedSplit.Train], train);
        if (validation is not null)
        {
            yield return (s_partNames[PublishedSplit.Validation], validation);
        }

        if (test is not null)
        {
            yield return (s_partNames[PublishedSplit.Test], test);
        }
    }
}
