using Microsoft.ML;

namespace TruncatedTL.MLNet;

/// <summary>
/// One fold of a cross-validation: what ML.NET's <c>CrossValidationResult</c> holds, which has no public constructor, and the repetition.
/// </summary>
/// <typeparam name="TMetrics">The metrics of the task.</typeparam>
/// <remarks>Each fold keeps its model. Dispose the results, or the models one by one, when they are no longer needed.</remarks>
public sealed class StratifiedCrossValidationResult<TMetrics> : IDisposable
{
    internal StratifiedCrossValidationResult(ITransformer model, TMetrics metrics, IDataView scoredHoldOutSet, int fold, int repetition)
    {
        Model = model;
        Metrics = metrics;
        ScoredHoldOutSet = scoredHoldOutSet;
        Fold = fold;
        Repetition = repetition;
    }

    /// <summary>The model that was trained on all other folds.</summary>
    public ITransformer Model { get; }

    /// <summary>The model's metrics on this fold.</summary>
    public TMetrics Metrics { get; }

    /// <summary>This fold's rows with the model's scores. Scored anew each time they are read.</summary>
    public IDataView ScoredHoldOutSet { get; }

    /// <summary>Number of the fold, from 0.</summary>
    public int Fold { get; }

    /// <summary>Number of the repetition, from 0.</summary>
    public int Repetition { get; }

    /// <summary>Disposes the model, if it can be.</summary>
    public void Dispose() => (Model as IDisposable)?.Dispose();
}
