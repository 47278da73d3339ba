using Microsoft.ML;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Scoring;

namespace TruncatedTL.MLNet;

/// <summary>What differs between experiments on yes-or-no questions and on several classes.</summary>
/// <typeparam name="TMetrics">The figures of an evaluation.</typeparam>
/// <param name="CreateTask">The task with the trainer's column names.</param>
/// <param name="Evaluate">Evaluates scored rows.</param>
internal sealed record ExperimentTask<TMetrics>(Func<MLContext, TransferLearningOptions, ClassificationTask> CreateTask, Func<ScoredExamples, TMetrics> Evaluate)
    where TMetrics : class;
