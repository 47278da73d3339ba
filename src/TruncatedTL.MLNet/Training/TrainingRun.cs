using System.Diagnostics;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>The state of one training: which epoch is the best, where the schedule is, why it ended.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TransferNetwork _network;
    private readonly TrainingSet? _validation;
    private readonly PixelNormalization _normalization;
    private readonly TrainingOptions _options;
    private readonly TrainingCallbacks _callbacks;
    private readonly TargetEncoder _encoder;
    private readonly ClassificationLoss _loss;
    private readonly TrainingPass _pass;
    private readonly ValidationMetric _metric;
    private readonly BestEpochTracker _bestEpoch;
    private readonly BestWeights _bestWeights;
    private readonly PlateauTracker _plateau;
    private readonly List<EpochMetrics> _history = [];
    private readonly Stopwatch _stopwatch = new();
    private readonly int _probeEpochs;
    private NetworkOptimizer? _optimizer;
    private long _imagesSeen;

    /// <summary>Prepares a training; arguments are checked already.</summary>
    public TrainingRun(TransferNetwork network, TrainingSet train, TrainingSet? validation, PixelNormalization normalization, TrainingOptions options, TrainingCallbacks callbacks)
    {
        _network = network;
        _validation = validation;
        _normalization = normalization;
        _options = options;
        _callbacks = callbacks;
        _encoder = new TargetEncoder(ClassWeights.Compute(options, DrawnByClass(train, options), train.IsMultiLabel), options.LabelSmoothing);
        _loss = new ClassificationLoss(options.Loss, options.FocalGamma);
        _pass = new TrainingPass(network, train, normalization, options, _encoder, _loss);
        _metric = validation is null ? ValidationMetric.Loss : options.EarlyStopping.Metric;
        _bestEpoch = new BestEpochTracker(_metric, options.EarlyStopping.Patience, options.EarlyStopping.MinimumImprovement);
        _bestWeights = new BestWeights(network);
        _plateau = new PlateauTracker(options.PlateauFactor, options.PlateauPatience);
        _probeEpochs = network.Specification.Plan.Units.All(unit => unit.Frozen) ? 0 : options.ProbeEpochs;
    }

    /// <summary>Trains.</summary>
    public TrainingResult Execute()
    {
        var threads = get_num_threads();
        set_num_threads(_options.NumberOfThreads ?? threads);
        _stopwatch.Start();
        try
        {
            var (reason, explanation) = RunEpochs();
            _bestWeights.Restore();
            return new TrainingResult(_metric, _validation is not null, reason, explanation, _history, _stopwatch.Elapsed.TotalSeconds, _imagesSeen);
        }
        finally
        {
            _network.ThawAsPlanned();
            set_num_threads(threads);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer?.Dispose();
        _bestWeights.Dispose();
    }

    private (StopReason Reason, string Explanation) RunEpochs()
    {
        for (var epoch = 1; epoch <= _options.MaxEpochs; epoch++)
        {
            try
            {
                BeginPhase(epoch);
                if (RunEpoch(epoch) is { } stop)
                {
                    return stop;
                }
            }
            catch (OperationCanceledException) when (_callbacks.Cancellation.IsCancellationRequested
                && _options.OnCancel == CancellationBehavior.KeepBest && _bestEpoch.HasBest)
            {
                return (StopReason.Cancelled, $"it was cancelled in epoch {epoch}.");
            }
        }

        return (StopReason.MaxEpochs, $"all {_options.MaxEpochs} epochs were run.");
    }

    // The optimiser begins anew with each phase: its moments belong to the parameters of the phase before.
    private void BeginPhase(int epoch)
    {
        if (epoch != 1 && epoch != _probeEpochs + 1)
        {
            return;
        }

        if (PhaseOf(epoch) == TrainingPhase.Probe)
        {
            _network.FreezeBackbone();
        }
        else
        {
            _network.ThawAsPlanned();
        }

        _optimizer?.Dispose();
        _optimizer = new NetworkOptimizer(ParameterGroups.Create(_network, _options), _options.Optimizer, _options.GradientClipNorm);
    }

    private (StopReason Reason, string Explanation)? RunEpoch(int epoch)
    {
        var trained = _pass.Run(
            epoch,
            _optimizer!,
            step => LearningRateFactor(epoch, step),
            done => Report(epoch, isValidation: false, done, _pass.BatchCount),
            _callbacks.Cancellation);
        _imagesSeen += trained.Images;
        var metrics = Validate(epoch, trained);
        if (metrics is null)
        {
            return Diverged(epoch);
        }

        var value = MetricComparison.Value(metrics, _metric, _validation is not null);
        var isBest = _bestEpoch.Observe(value, countsWaiting: metrics.Phase == TrainingPhase.FineTune);
        if (isBest)
        {
            _bestWeights.Keep();
            metrics = metrics with { IsBest = true };
        }

        _history.Add(metrics);
        _callbacks.EpochCompleted?.Invoke(metrics);
        _callbacks.Epochs?.Report(metrics);
        return StopAfter(metrics);
    }

    /// <summary>The epoch's metrics; null if the training or the validation loss is not finite.</summary>
    private EpochMetrics? Validate(int epoch, TrainingPassResult trained)
    {
        var metrics = new EpochMetrics
        {
            Epoch = epoch,
            MaxEpochs = _options.MaxEpochs,
            Phase = PhaseOf(epoch),
            LearningRate = _options.LearningRate * LearningRateFactor(epoch, _pass.BatchCount - 1),
            TrainLoss = trained.Loss,
            TrainAccuracy = trained.Accuracy,
            IsBest = false,
            ElapsedSeconds = _stopwatch.Elapsed.TotalSeconds,
            ImagesPerSecond = trained.Images / trained.Seconds,
        };
        if (!double.IsFinite(trained.Loss) || _validation is null)
        {
            return double.IsFinite(trained.Loss) ? metrics : null;
        }

        var outputs = _network.Specification.Outputs;
        var logits = Scorer.Logits(
            _network,
            _validation.Images,
            _validation.Rows,
            _normalization,
            _options.BatchSize,
            (done, count) => Report(epoch, isValidation: true, done, count),
            _callbacks.Cancellation);
        if (!logits.All(float.IsFinite))
        {
            return null;
        }

        return metrics with
        {
            ValidationLoss = _loss.Mean(logits, outputs, _validation, _encoder),
            ValidationAccuracy = _validation.IsMultiLabel
                ? MultiLabelMetrics.Accuracy(logits, outputs, _validation.Labels)
                : LogitMetrics.Accuracy(logits, outputs, _validation.Labels),
            ValidationAuroc = _validation.IsMultiLabel
                ? MultiLabelMetrics.Auroc(logits, outputs, _validation.Labels)
                : LogitMetrics.Auroc(logits, outputs, _validation.Labels),
            ValidationAuprc = _validation.IsMultiLabel
                ? MultiLabelMetrics.AveragePrecision(logits, outputs, _validation.Labels)
                : LogitMetrics.AveragePrecision(logits, outputs, _validation.Labels),
            ElapsedSeconds = _stopwatch.Elapsed.TotalSeconds,
        };
    }

    private (StopReason Reason, string Explanation)? StopAfter(EpochMetrics metrics)
    {
        if (metrics.Phase == TrainingPhase.FineTune && _options.Schedule == LearningRateSchedule.ReduceOnPlateau)
        {
            _plateau.Observe(metrics.ValidationLoss ?? metrics.TrainLoss);
            var rate = _options.LearningRate * _plateau.Factor;
            if (rate < _options.MinimumLearningRate)
            {
                return (StopReason.LearningRateTooSmall, FormattableString.Invariant(
                    $"the loss stopped falling and the learning rate would have been {rate:0.0E+0}, below {_options.MinimumLearningRate:0.0E+0}."));
            }
        }

        return _bestEpoch.ShouldStop
            ? (StopReason.EarlyStopping, $"{_metric} had not improved for {_bestEpoch.EpochsWithout} epochs.")
            : null;
    }

    private (StopReason Reason, string Explanation) Diverged(int epoch)
    {
        if (!_bestEpoch.HasBest)
        {
            throw new TrainingDivergedException(
                $"The loss became infinite or NaN in epoch {epoch}, before any weights worth keeping existed. Lower {nameof(TrainingOptions.LearningRate)} "
                + FormattableString.Invariant($"({_options.LearningRate:0.0E+0}), set {nameof(TrainingOptions.GradientClipNorm)} or raise {nameof(TrainingOptions.WarmUpEpochs)}; ")
                + "also check that the normalisation fits the range of the pixel values.",
                epoch);
        }

        return (StopReason.NonFiniteLoss, $"the loss became infinite or NaN in epoch {epoch}.");
    }

    private double LearningRateFactor(int epoch, int step)
    {
        if (PhaseOf(epoch) == TrainingPhase.Probe)
        {
            return 1;
        }

        var perEpoch = (long)_pass.BatchCount;
        var total = (_options.MaxEpochs - _probeEpochs) * perEpoch;
        var warmUp = (long)Math.Min(total, Math.Round(_options.WarmUpEpochs * perEpoch));
        var done = (epoch - 1 - _probeEpochs) * perEpoch + step;
        return _plateau.Factor * LearningRateFunction.Factor(_options.Schedule, done, total, warmUp);
    }

    private TrainingPhase PhaseOf(int epoch) => epoch <= _probeEpochs ? TrainingPhase.Probe : TrainingPhase.FineTune;

    private void Report(int epoch, bool isValidation, int done, int count) =>
        _callbacks.Batches?.Report(new BatchProgress(epoch, _options.MaxEpochs, PhaseOf(epoch), isValidation, done, count));

    private static int[] DrawnByClass(TrainingSet train, TrainingOptions options)
    {
        var drawn = new int[train.IsMultiLabel ? 2 * train.LabelsPerImage : train.ClassNames.Count];
        foreach (var draw in TrainingPass.Draws(train, options, epoch: 1))
        {
            train.CountLabels(draw.Index, drawn);
        }

        return drawn;
    }
}
