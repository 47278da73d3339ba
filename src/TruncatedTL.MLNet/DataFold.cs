using Microsoft.ML;

namespace TruncatedTL.MLNet;

/// <summary>One fold of a cross-validation: views over the data, which copy nothing and can be read any number of times.</summary>
public sealed class DataFold
{
    internal DataFold(IDataView trainSet, IDataView testSet, int fold, int repetition)
    {
        TrainSet = trainSet;
        TestSet = testSet;
        Fold = fold;
        Repetition = repetition;
    }

    /// <summary>The rows of all other folds.</summary>
    public IDataView TrainSet { get; }

    /// <summary>The rows of this fold.</summary>
    public IDataView TestSet { get; }

    /// <summary>Number of the fold, from 0.</summary>
    public int Fold { get; }

    /// <summary>Number of the repetition, from 0. Within one, every row is in one fold's test set.</summary>
    public int Repetition { get; }
}
