using System.Globalization;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Formula;

namespace TruncatedTL.MLNet.Splitting;

/// <summary>
/// Splits that are stratified by class and grouped by patient at once: no group is ever in two parts, and every class keeps its
/// share in every part as well as whole groups allow.
/// </summary>
/// <remarks>
/// <para>
/// Guarantee. Let n(k) be the rows of class k, f(p) the share asked for part p and s(k) the most rows of class k that one group
/// has. Where every group has rows of one class only, and every part's ideal f(p) n(k) is at least s(k), the rows of class k in
/// each part differ from the ideal by at most s(k); so without groups, by at most one row. Where an ideal is less than one group,
/// presence goes first: a class that has as many groups as there are parts is put into every part. Groups of several classes are
/// balanced by the same search, but no such bound can hold for all of them; <see cref="RowPartition.RowCounts"/> tells.
/// </para>
/// <para>
/// The same labels, groups and seed give the same split on every machine, whatever the number of threads.
/// </para>
/// <para>
/// Groups are compared exactly but for blanks around the name. Method: Sechidis et al. 2011 and scikit-learn's
/// StratifiedGroupKFold for the first assignment, then local search.
/// </para>
/// </remarks>
public static class StratifiedGroups
{
    // A larger index is a measurement or an identifier, not a class.
    private const int MaxClassCount = 1 << 16;

    // Dealing out interchangeable groups has its own random stream, apart from the search's.
    private const int DealStream = 2;

    /// <summary>Splits rows by fractions. A class that cannot be everywhere is rather in the first part, the one to train on, than in others.</summary>
    /// <param name="labels">Class index per row, from 0.</param>
    /// <param name="groups">Group (patient) per row; null lets every row be a group of its own.</param>
    /// <param name="fractions">Share of each part, above 0 and 1 in sum; the first part is the one to train on.</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <param name="options">Names, and what to do about missing classes. Null takes the defaults.</param>
    /// <returns>The part of each row.</returns>
    /// <exception cref="ArgumentException">The lengths, fractions or names do not fit.</exception>
    /// <exception cref="ImageDataException">A row has no label or no group.</exception>
    /// <exception cref="SplitException">There are fewer groups than parts, or a class cannot be in every part.</exception>
    public static RowPartition Split(
        IReadOnlyList<int> labels,
        IReadOnlyList<string?>? groups,
        IReadOnlyList<double> fractions,
        int seed,
        SplitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(fractions);
        if (fractions.Count < 2 || fractions.Any(fraction => !(fraction > 0)) || !(Math.Abs(fractions.Sum() - 1) < 1e-9))
        {
            var text = string.Join(", ", fractions.Select(fraction => fraction.ToString(CultureInfo.InvariantCulture)));
            throw new ArgumentException($"The fractions ({text}) must be two or more numbers above 0 with the sum 1.", nameof(fractions));
        }

        string[] names = fractions.Count switch
        {
            2 => ["train", "test"],
            3 => ["train", "validation", "test"],
            _ => Enumerable.Range(0, fractions.Count).Select(part => $"part {part}").ToArray(),
        };
        return Create(labels, groups, [.. fractions], trainingPart: 0, seed, repetition: 0, names, options);
    }

    /// <summary>Splits rows into folds of equal share; each fold is held out once.</summary>
    /// <param name="labels">Class index per row, from 0.</param>
    /// <param name="groups">Group (patient) per row; null lets every row be a group of its own.</param>
    /// <param name="numberOfFolds">Number of folds, at least 2.</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <param name="repetition">Number of the repetition, from 0, for repeated cross-validation: each gives other folds.</param>
    /// <param name="options">Names, and what to do about missing classes. Null takes the defaults.</param>
    /// <returns>The fold of each row.</returns>
    /// <exception cref="ArgumentException">The lengths, the number of folds or the names do not fit.</exception>
    /// <exception cref="ImageDataException">A row has no label or no group.</exception>
    /// <exception cref="SplitException">There are fewer groups than folds, or a class cannot be in every fold.</exception>
    public static RowPartition Folds(
        IReadOnlyList<int> labels,
        IReadOnlyList<string?>? groups,
        int numberOfFolds,
        int seed,
        int repetition = 0,
        SplitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(numberOfFolds, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(repetition);
        RequireGroups(labels.Count, numberOfFolds, "rows", "folds");
        var fractions = Enumerable.Repeat(1.0 / numberOfFolds, numberOfFolds).ToArray();
        var names = Enumerable.Range(0, numberOfFolds).Select(fold => $"fold {fold}").ToArray();
        return Create(labels, groups, fractions, trainingPart: null, seed, repetition, names, options);
    }

    private static RowPartition Create(
        IReadOnlyList<int> labels,
        IReadOnlyList<string?>? groups,
        double[] fractions,
        int? trainingPart,
        int seed,
        int repetition,
        string[] partNames,
        SplitOptions? options)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (groups is not null && groups.Count != labels.Count)
        {
            throw new ArgumentException($"There are {labels.Count} labels and {groups.Count} groups.", nameof(groups));
        }

        if (options?.PartNames is { } given)
        {
            partNames = given.Count == partNames.Length
                ? [.. given]
                : throw new ArgumentException($"There are {given.Count} part names for {partNames.Length} parts.", nameof(options));
        }

        var classNames = ClassNames(labels, options);
        var table = GroupTable.Create(labels, groups, classNames.Length);
        var units = groups is null ? "rows" : "groups";
        RequireGroups(table.GroupCount, fractions.Length, units, "parts");
        var state = new PartitionSearch(table, fractions, trainingPart).Find(seed, repetition);
        var missing = FindMissing(state, table, partNames, classNames);
        if (missing.Count > 0 && options?.MissingClasses != MissingClasses.Report)
        {
            throw new SplitException(Explain(missing, fractions.Length, units), missing);
        }

        return Deal(state, table, seed, repetition, partNames, classNames, missing);
    }

    private static string[] ClassNames(IReadOnlyList<int> labels, SplitOptions? options)
    {
        var largest = -1;
        for (var row = 0; row < labels.Count; row++)
        {
            if (labels[row] < 0)
            {
                throw new ImageDataException($"Row {row} has no label. Give every row a label or leave the row out.");
            }

            largest = Math.Max(largest, labels[row]);
        }

        if (options?.ClassNames is { } names)
        {
            return largest < names.Count
                ? [.. names]
                : throw new ArgumentException($"The label {largest} occurs, but only {names.Count} class names are given.", nameof(options));
        }

        return largest < MaxClassCount
            ? Enumerable.Range(0, largest + 1).Select(label => label.ToString(CultureInfo.InvariantCulture)).ToArray()
            : throw new ImageDataException($"The label {largest} is larger than any class index; labels count classes from 0.");
    }

    private static void RequireGroups(int count, int parts, string units, string partsWord)
    {
        if (count < parts)
        {
            throw new SplitException($"{count} {units} cannot fill {parts} {partsWord}: each needs at least one.", []);
        }
    }

    private static List<MissingClass> FindMissing(PartitionState state, GroupTable table, string[] partNames, string[] classNames)
    {
        var missing = new List<MissingClass>();
        for (var label = 0; label < classNames.Length; label++)
        {
            for (var part = 0; part < partNames.Length && table.RowsOfClass[label] > 0; part++)
            {
                if (state.RowsOf(label, part) == 0)
                {
                    missing.Add(new MissingClass(partNames[part], classNames[label], table.GroupsOfClass[label], table.RowsOfClass[label]));
                }
            }
        }

        return missing;
    }

    private static string Explain(List<MissingClass> missing, int parts, string units)
    {
        var classes = missing.GroupBy(gap => gap.Class).Select(gaps =>
        {
            var gap = gaps.First();
            var count = units == "groups" ? $"{gap.GroupCount} groups ({gap.RowCount} rows)" : $"{gap.RowCount} rows";
            return $"'{gap.Class}' has {count} and would be missing from {string.Join(", ", gaps.Select(g => g.Part))}";
        });
        return $"Not every class can be in each of {parts} parts: {string.Join("; ", classes)}. Each part needs at least one of the {units} of every class. "
            + $"Use fewer parts, join or drop the class, or allow gaps with {nameof(SplitOptions.MissingClasses)}.{nameof(MissingClasses.Report)}.";
    }

    private static RowPartition Deal(
        PartitionState state,
        GroupTable table,
        int seed,
        int repetition,
        string[] partNames,
        string[] classNames,
        List<MissingClass> missing)
    {
        var partOfGroup = new int[table.GroupCount];
        var groupCounts = new int[partNames.Length];
        for (var kind = 0; kind < table.Kinds.Count; kind++)
        {
            var groups = table.Kinds[kind].Groups.ToArray();
            var random = FormulaRandom.From(seed, repetition, DealStream, kind);
            random.Shuffle(groups);
            var next = 0;
            for (var part = 0; part < partNames.Length; part++)
            {
                for (var i = 0; i < state.GroupsOf(kind, part); i++)
                {
                    partOfGroup[groups[next++]] = part;
                    groupCounts[part]++;
                }
            }
        }

        var rowCounts = partNames.Select((_, part) => (IReadOnlyList<int>)classNames.Select((_, label) => state.RowsOf(label, part)).ToArray()).ToArray();
        return new RowPartition(Array.ConvertAll(table.GroupOfRow, group => partOfGroup[group]), partNames, classNames, rowCounts, groupCounts, missing);
    }
}
