using FsCheck.Xunit;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Splitting;
using Xunit;
using Xunit.Abstractions;

namespace TruncatedTL.MLNet.Tests.Splitting;

public sealed class StratifiedGroupsTests(ITestOutputHelper output)
{
    private static int s_boundedCases;

    private static readonly SplitOptions s_report = new() { MissingClasses = MissingClasses.Report };

    [Property(MaxTest = 150)]
    public void Every_row_is_in_one_part_and_no_group_in_two(int seed, byte patients, byte classes, byte largest, bool mixed)
    {
        var data = RandomPatients.Create(seed, 3 + patients % 60, 1 + classes % 5, 1 + largest % 12, mixed);

        var partition = StratifiedGroups.Split(data.Labels, data.Groups, [0.7, 0.1, 0.2], seed, s_report);

        Assert.Equal(Enumerable.Range(0, data.Labels.Length), Enumerable.Range(0, 3).SelectMany(partition.RowsOf).Order());
        Assert.True(Balance.KeepsGroupsTogether(partition, data.Groups));
        for (var part = 0; part < 3; part++)
        {
            Assert.NotEmpty(partition.RowsOf(part));
            Assert.Equal(partition.GroupCounts[part], partition.RowsOf(part).Select(row => data.Groups[row]).Distinct().Count());
            for (var label = 0; label < partition.ClassNames.Count; label++)
            {
                var count = Balance.Count(data.Labels, partition.PartOfRow, label, part);
                Assert.Equal(count, partition.RowCounts[part][label]);
                var missing = partition.MissingClasses.Contains(new MissingClass(
                    partition.PartNames[part], partition.ClassNames[label], Groups(data, label), data.Labels.Count(l => l == label)));
                Assert.Equal(count == 0 && data.Labels.Contains(label), missing);
            }
        }
    }

    [Property(MaxTest = 300)]
    public void Patients_of_one_class_deviate_by_one_group_at_most(int seed, byte patients, byte classes, byte largest, byte first)
    {
        var data = RandomPatients.Create(seed, 3 + patients % 80, 1 + classes % 4, 1 + largest % 9, mixed: false);
        var share = 0.05 + first % 90 / 100.0;
        double[] fractions = [share, (1 - share) / 3, (1 - share) * 2 / 3];

        var partition = StratifiedGroups.Split(data.Labels, data.Groups, fractions, seed, s_report);

        var bounded = 0;
        foreach (var label in data.Labels.Distinct())
        {
            // The bound as documented: where an ideal is less than one group, presence goes first.
            var largestGroup = Balance.LargestGroup(data.Labels, data.Groups, label);
            if (fractions.Min() * data.Labels.Count(l => l == label) >= largestGroup)
            {
                Assert.InRange(Balance.WorstRows(data.Labels, partition.PartOfRow, fractions, label), 0, largestGroup + 1e-6);
                bounded++;
            }

            if (Groups(data, label) >= fractions.Length)
            {
                Assert.All(Enumerable.Range(0, 3), part => Assert.NotEqual(0, partition.RowCounts[part][label]));
            }
        }

        Interlocked.Add(ref s_boundedCases, bounded);
    }

    [Fact]
    public void The_bound_is_put_to_the_test_often_enough()
    {
        // A property whose condition never holds would pass for any splitter.
        var before = s_boundedCases;
        for (var seed = 0; seed < 40; seed++)
        {
            Patients_of_one_class_deviate_by_one_group_at_most(seed, patients: 60, classes: 1, largest: 2, first: 30);
        }

        Assert.InRange(s_boundedCases - before, 60, 80);
    }

    [Property(MaxTest = 200)]
    public void Without_groups_classes_and_parts_are_within_one_row(int seed, byte count, byte classes)
    {
        var random = new Random(seed);
        var labels = Enumerable.Range(0, 30 + count).Select(_ => random.Next(1 + classes % 6)).ToArray();
        double[] fractions = [0.6, 0.15, 0.25];

        var partition = StratifiedGroups.Split(labels, null, fractions, seed, s_report);

        foreach (var label in labels.Distinct().Where(label => labels.Count(l => l == label) * 0.15 >= 1))
        {
            Assert.InRange(Balance.WorstRows(labels, partition.PartOfRow, fractions, label), 0, 1 + 1e-6);
        }
    }

    [Property(MaxTest = 25)]
    public void Folds_partition_the_rows_and_hold_each_out_once(int seed, byte patients, byte folds, bool mixed)
    {
        var data = RandomPatients.Create(seed, 20 + patients % 40, 2, 6, mixed);
        var count = 2 + folds % 7;

        var partition = StratifiedGroups.Folds(data.Labels, data.Groups, count, seed, options: s_report);

        Assert.Equal(Enumerable.Range(0, data.Labels.Length), Enumerable.Range(0, count).SelectMany(partition.RowsOf).Order());
        Assert.All(Enumerable.Range(0, count), fold =>
        {
            var held = partition.RowsOf(fold).Select(row => data.Groups[row]).ToHashSet();
            var training = partition.RowsOutside(fold);
            Assert.Equal(data.Labels.Length, training.Length + partition.RowsOf(fold).Length);
            Assert.DoesNotContain(training, row => held.Contains(data.Groups[row]));
        });
    }

    [Fact]
    public void The_same_seed_gives_the_same_split_on_every_thread_and_another_seed_another()
    {
        var data = RandomPatients.Create(1, 80, 3, 7, mixed: true);
        int[] Parts(int seed) => [.. StratifiedGroups.Split(data.Labels, data.Groups, [0.6, 0.2, 0.2], seed).PartOfRow];
        var expected = Parts(5);
        var results = new int[8][];

        Parallel.For(0, results.Length, i => results[i] = Parts(5));

        Assert.All(results, parts => Assert.Equal(expected, parts));
        Assert.NotEqual(expected, Parts(6));
    }

    [Fact]
    public void The_split_of_known_data_stays_what_it_was()
    {
        // A stored experiment names its seed only: a change of the algorithm must be a decision, not an accident.
        var labels = Enumerable.Range(0, 12).Select(i => i / 2 % 2).ToArray();
        var groups = Enumerable.Range(0, 12).Select(i => $"p{i / 2}").ToArray();
        Assert.Equal("111100222200", string.Concat(StratifiedGroups.Folds(labels, groups, 3, seed: 1).PartOfRow));
    }

    [Fact]
    public void Repetitions_give_other_folds()
    {
        var data = RandomPatients.Create(2, 60, 2, 5, mixed: false);
        var repetitions = Enumerable.Range(0, 5)
            .Select(repetition => string.Concat(StratifiedGroups.Folds(data.Labels, data.Groups, 5, seed: 1, repetition).PartOfRow))
            .ToArray();
        Assert.Distinct(repetitions);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Small_cases_come_close_to_the_optimum(bool mixed)
    {
        double[] fractions = [0.5, 0.2, 0.3];
        var optimal = 0;
        const int Cases = 40;
        for (var seed = 0; seed < Cases; seed++)
        {
            var data = RandomPatients.Create(seed, 6, 2, 5, mixed);
            var partition = StratifiedGroups.Split(data.Labels, data.Groups, fractions, seed, s_report);
            var found = ExhaustiveSplit.CostOf(data, partition.PartOfRow, fractions);
            var best = ExhaustiveSplit.BestCost(data, fractions);
            Assert.Equal(best.Missing, found.Missing);
            optimal += found.Missing == best.Missing && found.Excess <= best.Excess + 1e-9 && found.Imbalance <= best.Imbalance + 1e-9 ? 1 : 0;
        }

        output.WriteLine($"mixed {mixed}: {optimal} of {Cases} are the optimum of all 3^6 assignments");
        Assert.InRange(optimal, Cases * 9 / 10, Cases);
    }

    [Fact]
    public void A_class_with_too_few_patients_is_refused_in_words_or_reported()
    {
        int[] labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
        string[] groups = ["a", "b", "c", "d", "e", "f", "g", "g", "h", "h"];
        var names = new SplitOptions { ClassNames = ["benign", "malignant"] };

        var error = Assert.Throws<SplitException>(() => StratifiedGroups.Split(labels, groups, [0.6, 0.2, 0.2], 1, names));
        Assert.Contains("'malignant' has 2 groups (4 rows) and would be missing from", error.Message);
        Assert.DoesNotContain("benign", error.Message);
        Assert.Equal(("malignant", 2, 4), (error.Missing.Single().Class, error.Missing[0].GroupCount, error.Missing[0].RowCount));

        var partition = StratifiedGroups.Split(labels, groups, [0.6, 0.2, 0.2], 1, names with { MissingClasses = MissingClasses.Report });
        Assert.NotEqual("train", Assert.Single(partition.MissingClasses).Part);
        Assert.NotEqual(0, partition.RowCounts[0][1]);
    }

    [Fact]
    public void A_single_patient_of_a_class_is_trained_on()
    {
        int[] labels = [0, 0, 0, 0, 1, 1, 1];
        string[] groups = ["a", "b", "c", "d", "e", "e", "e"];
        var partition = StratifiedGroups.Split(labels, groups, [0.25, 0.75], 1, s_report);
        Assert.Equal([3, 0], partition.RowCounts.Select(counts => counts[1]));
    }

    [Fact]
    public void Fewer_groups_than_parts_are_refused()
    {
        var error = Assert.Throws<SplitException>(() => StratifiedGroups.Folds([0, 1, 0, 1], ["a", "a", "b", "b"], 3, 1, options: s_report));
        Assert.Contains("2 groups cannot fill 3 parts", error.Message);
        Assert.Throws<SplitException>(() => StratifiedGroups.Folds([], null, 2, 1));
        Assert.Throws<SplitException>(() => StratifiedGroups.Folds([0, 1], null, int.MaxValue, 1));
    }

    [Fact]
    public void Rows_without_label_or_group_and_wrong_arguments_are_named()
    {
        Assert.Contains("Row 1", Assert.Throws<ImageDataException>(() => StratifiedGroups.Folds([0, -1, 0], null, 2, 1)).Message);
        Assert.Contains("Row 2", Assert.Throws<ImageDataException>(() => StratifiedGroups.Folds([0, 0, 0], ["a", "b", " "], 2, 1)).Message);
        Assert.Contains("Row 1", Assert.Throws<ImageDataException>(() => StratifiedGroups.Folds([0, 0, 0], ["a", null, "b"], 2, 1)).Message);
        Assert.Throws<ImageDataException>(() => StratifiedGroups.Folds([0, int.MaxValue], null, 2, 1));
        Assert.Throws<ArgumentException>(() => StratifiedGroups.Folds([0, 1, 0], ["a"], 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => StratifiedGroups.Folds([0, 1, 0], null, 1, 1));
        Assert.Throws<ArgumentException>(() => StratifiedGroups.Split([0, 1, 0], null, [0.5, 0.6], 1));
        Assert.Throws<ArgumentException>(() => StratifiedGroups.Split([0, 1, 0], null, [0.5, double.NaN], 1));
        Assert.Throws<ArgumentException>(() => StratifiedGroups.Split([0, 1, 0], null, [1, 0], 1));
        Assert.Throws<ArgumentException>(() => StratifiedGroups.Split([0, 1, 0], null, [1], 1));
        Assert.Throws<ArgumentException>(() => StratifiedGroups.Split([0, 1, 0], null, [0.5, 0.5], 1, new SplitOptions { ClassNames = ["one"] }));
        Assert.Throws<ArgumentException>(() => StratifiedGroups.Split([0, 1, 0], null, [0.5, 0.5], 1, new SplitOptions { PartNames = ["one"] }));
    }

    [Fact]
    public void Blanks_around_a_name_do_not_make_another_patient()
    {
        var groups = Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? $"{i / 4}" : $" {i / 4} ").ToArray();
        var partition = StratifiedGroups.Folds(new int[40], groups, 5, 1);
        Assert.True(Balance.KeepsGroupsTogether(partition, [.. groups.Select(group => group.Trim())]));
    }

    [Fact]
    public void Many_rows_many_patients_and_many_classes_are_split_in_one_go()
    {
        var labels = Enumerable.Range(0, 100_000).Select(i => i % 50).ToArray();
        var rows = StratifiedGroups.Folds(labels, null, 5, 1);
        Assert.All(rows.RowCounts, counts => Assert.All(counts, count => Assert.Equal(400, count)));

        var data = RandomPatients.Create(3, 2500, 6, 12, mixed: true);
        var patients = StratifiedGroups.Folds(data.Labels, data.Groups, 5, 1);
        output.WriteLine($"2500 mixed patients, 5 folds: mean deviation of shares {Balance.MeanDeviation(data.Labels, patients.PartOfRow, 5):0.0e+0}");
        Assert.InRange(Balance.MeanDeviation(data.Labels, patients.PartOfRow, 5), 0, 1e-3);
    }

    private static int Groups(RandomPatients data, int label) =>
        data.Groups.Where((_, row) => data.Labels[row] == label).Distinct().Count();
}
