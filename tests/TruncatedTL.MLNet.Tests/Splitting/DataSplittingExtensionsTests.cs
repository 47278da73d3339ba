using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Splitting;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace TruncatedTL.MLNet.Tests.Splitting;

public sealed class DataSplittingExtensionsTests(ITestOutputHelper output)
{
    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData("Positive", "Patient")]
    [InlineData("Class", "PatientKey")]
    [InlineData("Label", "PatientNumber")]
    public void Every_type_of_label_and_group_column_gives_the_same_clean_split(string label, string group)
    {
        var data = PatientRows.View(_context, 30);

        var (train, validation, test) = _context.Data.StratifiedGroupSplit(data, label, group, testFraction: 0.2, validationFraction: 0.2, seed: 4);

        var parts = new[] { train, validation!, test };
        Assert.Equal(Enumerable.Range(0, 90), parts.SelectMany(PatientRows.Positions).Order());
        Assert.Equal(30, parts.Sum(part => PatientRows.Patients(part).Count));
        Assert.Equal([27L, 9L, 9L], parts.Select(part => part.GetColumn<bool>("Positive").LongCount(positive => positive)));
        _context.Data.CheckForLeaks(train, validation, test, group);
    }

    [Fact]
    public void Without_groups_rows_are_split_one_by_one()
    {
        var split = _context.Data.StratifiedGroupSplit(PatientRows.View(_context, 30), "Positive", testFraction: 0.3);
        var (train, test) = split;
        Assert.Null(split.ValidationSet);
        Assert.Equal([63L, 27L], new[] { train, test }.Select(part => part.GetRowCount()!.Value));
        Assert.Contains("test: 27 groups, 27 rows", split.Partition!.ToString());
        Assert.Throws<DataLeakageException>(() => _context.Data.CheckForLeaks(split, "Patient"));
    }

    [Fact]
    public void Folds_hold_each_row_out_once_per_repetition()
    {
        var folds = _context.Data.StratifiedGroupKFold(PatientRows.View(_context, 30), 5, "Positive", "Patient", seed: 2, repetitions: 2);
        Assert.Equal(10, folds.Count);
        foreach (var repetition in folds.GroupBy(fold => fold.Repetition))
        {
            Assert.Equal([0, 1, 2, 3, 4], repetition.Select(fold => fold.Fold));
            Assert.Equal(Enumerable.Range(0, 90), repetition.SelectMany(fold => PatientRows.Positions(fold.TestSet)).Order());
            Assert.All(repetition, fold => _context.Data.CheckForLeaks(fold.TrainSet, null, fold.TestSet, "Patient"));
        }

        Assert.NotEqual(PatientRows.Positions(folds[0].TestSet), PatientRows.Positions(folds[5].TestSet));
    }

    [Fact]
    public void ML_NETs_own_type_has_no_public_constructor()
    {
        // The reason for a type of our own. Should this ever fail, offer ML.NET's.
        Assert.Empty(typeof(DataOperationsCatalog.TrainTestData).GetConstructors());
        Assert.Empty(typeof(TrainCatalogBase.CrossValidationResult<MulticlassClassificationMetrics>).GetConstructors());
    }

    [Fact]
    public void A_published_split_is_kept_in_any_spelling()
    {
        string[] spellings = ["train", " Training", "TRAIN", "val", "Validation", "dev", "valid", "test", "Testing", "hold-out", "tr"];
        var data = _context.Data.LoadFromEnumerable(spellings.Select((split, i) => new SplitRow { Split = split, Position = i }));
        var asKey = _context.Transforms.Conversion.MapValueToKey("Split").Fit(data).Transform(data);
        foreach (var view in new[] { data, asKey })
        {
            var (train, validation, test) = _context.Data.SplitByColumn(view);
            Assert.Equal([0, 1, 2, 10], PatientRows.Positions(train));
            Assert.Equal([3, 4, 5, 6], PatientRows.Positions(validation!));
            Assert.Equal([7, 8, 9], PatientRows.Positions(test));
        }
    }

    [Theory]
    [InlineData("Row 1", "train", "Müller, Anna")]
    [InlineData("Row 1", "train", "")]
    [InlineData("none to test on: train 2", "train", "train")]
    public void A_published_split_that_says_nothing_usable_is_refused(string expected, params string[] splits)
    {
        var data = _context.Data.LoadFromEnumerable(splits.Select((split, i) => new SplitRow { Split = split, Position = i }));
        var error = Assert.Throws<ImageDataException>(() => _context.Data.SplitByColumn(data));
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain("Müller", error.Message);
    }

    [Fact]
    public void Missing_and_unsuitable_columns_are_named()
    {
        var data = PatientRows.View(_context, 10);
        Assert.Contains("label column 'Diagnosis'", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.StratifiedGroupSplit(data, "Diagnosis")).Message);
        Assert.Contains("group column 'Nobody'", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.StratifiedGroupKFold(data, 2, "Class", "Nobody")).Message);
        Assert.Contains("label column 'Image'", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.StratifiedGroupSplit(data, "Image")).Message);
        Assert.Contains("group column 'Image'", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.StratifiedGroupSplit(data, "Class", "Image")).Message);
        Assert.Contains("image column 'Class'", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.FindDuplicates(data, null, data, "Class")).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.StratifiedGroupSplit(data, testFraction: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.StratifiedGroupSplit(data, testFraction: 0.6, validationFraction: 0.4));
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.StratifiedGroupKFold(data, numberOfFolds: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.StratifiedGroupKFold(data, repetitions: 0));
        Assert.Throws<SplitException>(() => _context.Data.StratifiedGroupKFold(data, 6, "Positive", "Patient"));
    }

    [Fact]
    public void Patients_are_compared_by_their_value_however_their_keys_are_numbered()
    {
        // Two separate mappings number the same patients differently.
        var first = PatientRows.View(_context, 4, name: i => $"p{i}");
        var second = PatientRows.View(_context, 4, name: i => $"p{5 - i}");
        var error = Assert.Throws<DataLeakageException>(() => _context.Data.CheckForLeaks(first, null, second, "PatientKey"));
        Assert.Equal(["p2", "p3"], error.SharedGroups.Select(shared => shared.Group));
    }

    [SkippableFact]
    public void PneumoniaMNIST_is_split_within_one_row_of_the_ideal()
    {
        var path = RepositoryFiles.RequireShared("data", "medmnist", "pneumoniamnist.npz");
        var data = _context.Data.LoadFromMedMnist(path, MedMnistSplit.Train, positiveClassName: "1");

        var split = _context.Data.StratifiedGroupSplit(data, testFraction: 0.15, validationFraction: 0.1, seed: 1);

        output.WriteLine(split.Partition!.ToString());
        double[] fractions = [0.75, 0.1, 0.15];
        for (var label = 0; label < 2; label++)
        {
            var all = split.Partition.RowCounts.Sum(counts => counts[label]);
            Assert.All(fractions.Index(), part => Assert.InRange(split.Partition.RowCounts[part.Index][label] - part.Item * all, -1, 1));
        }

        Assert.Equal(split.Partition.RowCounts[2][1], split.TestSet.GetColumn<bool>("Label").Count(positive => positive));
    }

    private sealed class SplitRow
    {
        public string Split { get; set; } = string.Empty;

        public int Position { get; set; }
    }
}
