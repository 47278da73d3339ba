using Microsoft.ML;
using TruncatedTL.MLNet.Splitting;

namespace TruncatedTL.MLNet;

/// <summary>
/// Parts of a data set, as views over it. It stands beside ML.NET's <c>TrainTestData</c>, which has no public constructor and no room
/// for a validation part; the members are named alike, so that code reads the same, and it comes apart as
/// <c>var (train, test) = ...</c> or <c>var (train, validation, test) = ...</c>.
/// </summary>
/// <remarks>The parts copy nothing, can be read any number of times and by several cursors at once, and keep schema and row ids of the data.</remarks>
public sealed class TrainValidationTestData
{
    internal TrainValidationTestData(IDataView trainSet, IDataView? validationSet, IDataView testSet, RowPartition? partition)
    {
        TrainSet = trainSet;
        ValidationSet = validationSet;
        TestSet = testSet;
        Partition = partition;
    }

    /// <summary>The rows to train on.</summary>
    public IDataView TrainSet { get; }

    /// <summary>The rows to choose and stop by, for the trainers' <c>ValidationSet</c>; null where none were set apart.</summary>
    public IDataView? ValidationSet { get; }

    /// <summary>The rows to evaluate on, once.</summary>
    public IDataView TestSet { get; }

    /// <summary>The part of each row and the counts of classes and groups; null for a published split, which names no classes.</summary>
    public RowPartition? Partition { get; }

    /// <summary>Takes the two parts of a two-way split.</summary>
    /// <param name="trainSet">The rows to train on.</param>
    /// <param name="testSet">The rows to evaluate on.</param>
    public void Deconstruct(out IDataView trainSet, out IDataView testSet)
    {
        trainSet = TrainSet;
        testSet = TestSet;
    }

    /// <summary>Takes the three parts.</summary>
    /// <param name="trainSet">The rows to train on.</param>
    /// <param name="validationSet">The rows to choose and stop by, or null.</param>
    /// <param name="testSet">The rows to evaluate on.</param>
    public void Deconstruct(out IDataView trainSet, out IDataView? validationSet, out IDataView testSet)
    {
        trainSet = TrainSet;
        validationSet = ValidationSet;
        testSet = TestSet;
    }
}
