using Microsoft.ML;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Splitting;

namespace TruncatedTL.MLNet;

/// <summary>Makes the folds, for those who loop over them and for the cross-validation alike.</summary>
internal static class DataFolds
{
    public static IReadOnlyList<DataFold> Create(
        IDataView data,
        int numberOfFolds,
        string labelColumnName,
        string? groupColumnName,
        int seed,
        int repetitions,
        MissingClasses missingClasses)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repetitions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(numberOfFolds, 2);
        var columns = SplitColumns.Read(data, labelColumnName, groupColumnName);
        var options = new SplitOptions { ClassNames = columns.ClassNames, MissingClasses = missingClasses };
        var folds = new List<DataFold>();
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            var partition = StratifiedGroups.Folds(columns.Labels, columns.Groups, numberOfFolds, seed, repetition, options);
            folds.AddRange(Enumerable.Range(0, numberOfFolds).Select(fold => new DataFold(
                new RowSubsetView(data, partition.RowsOutside(fold), columns.Ids),
                new RowSubsetView(data, partition.RowsOf(fold), columns.Ids),
                fold,
                repetition)));
        }

        return folds;
    }
}
