using System.Diagnostics;
using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>The state of one training: which epoch is the best, where the schedule is, why it ended.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TransferNetwork _network;
    private readonly TrainingOptions _options;
    private readonly TrainingCallbacks _callbacks;
    private readonly FrozenPrefix? _trainingPrefix;
    private readonly FrozenPrefix? _validationPrefix;
    private readonly TrainingPass _pass;
    private readonly ValidationPass? _validation;
    private readonly LearningRatePlan _rates;
    private readonly ValidationMetric _metric;
    private readonly BestEpochTracker _bestEpoch;
    private readonly TrainingMemory _memory;
    private readonly CheckpointKeeper? _checkpoint;
    private readonly bool _keepsLast;
    private readonly Stopwatch _stopwatch = new();
    private List<EpochMetrics> _history = [];
    private NetworkOptimizer? _optimizer;

    // Float32 or BFloat16; null until it is chosen.
    private NumberFormat? _format;
    private int? _fallbackEpoch;
    private double _secondsBefore;
    private long _imagesSeen;

    /// <summary>Prepares a training; arguments are checked already.</summary>
    public TrainingRun(TransferNetwork network, TrainingSet train, TrainingSet? validation, PixelNormalization normalization, TrainingOptions options, TrainingCallbacks callbacks)
    {
        _network = network;
        _options = options;
        _callbacks = callbacks;
        var encoder = new TargetEncoder(ClassWeights.Compute(options, DrawnByClass(train, options), train.IsMultiLabel), options.LabelSmoothing);
        var loss = new ClassificationLoss(options.Loss, options.FocalGamma);
        var budget = new FeatureBudget((long)options.FrozenFeatureMegabytes << 20);
        _trainingPrefix = options.Augmentation?.ChangesNothing == false ? null : Prefix(train, training: true);
        _validationPrefix = validation is null ? null : Prefix(validation, training: false);
        _pass = new TrainingPass(network, train, normalization, options, encoder, loss, _trainingPrefix);
        _validation = validation is null ? null : new ValidationPass(network, validation, normalization, options.BatchSize, encoder, loss, _validationPrefix!);
        _rates = new LearningRatePlan(options, network.Specification.Plan.Units.All(unit => unit.Frozen) ? 0 : options.ProbeEpochs, _pass.BatchCount);
        _metric = validation is null ? ValidationMetric.Loss : options.EarlyStopping.Metric;
        _bestEpoch = new BestEpochTracker(_metric, options.EarlyStopping.Patience, options.EarlyStopping.MinimumImprovement);
        _memory = new TrainingMemory(network);
        _checkpoint = callbacks.Checkpoint is { } plan
            ? new CheckpointKeeper(plan, TrainingFingerprint.Of(network, train, validation, normalization, options, plan.Origin), _memory)
            : null;
        _keepsLast = _checkpoint is not null || options.DivergenceRetries > 0 || options.NumberFormat != NumberFormat.Float32;

        FrozenPrefix Prefix(TrainingSet set, bool training) => new(network, set.Images, set.Rows, normalization, options.BatchSize, budget, training, callbacks.Log);
    }

    private double ElapsedSeconds => _secondsBefore + _stopwatch.Elapsed.TotalSeconds;

    /// <summary>Trains.</summary>
    public TrainingResult Execute() => WithOptionsOfTheProcess(() =>
    {
        _stopwatch.Start();
        var end = Resume() ?? RunEpochs();
        _memory.RestoreBest();
        return new TrainingResult(_metric, _validation is not null, end.Reason, end.Explanation + ToldFallback() + ToldRetries(), _history, ElapsedSeconds, _imagesSeen, _format ?? NumberFormat.Float32);
    });

    /// <summary>The number format that the training would begin with; nothing is trained.</summary>
    public NumberFormat ChooseFormat() => WithOptionsOfTheProcess(() => NumberFormatChoice.Choose(_network, _pass, _options, _callbacks.Log, _callbacks.Cancellation));

    /// <inheritdoc/>
    public void Dispose()
    {
        _checkpoint?.Dispose();
        _optimizer?.Dispose();
        _trainingPrefix?.Dispose();
        _validationPrefix?.Dispose();
    }

    // Threads and TensorFloat-32 belong to the process; it gets back what it had.
    private T WithOptionsOfTheProcess<T>(Func<T> work)
    {
        var threads = get_num_threads();
        set_num_threads(_options.NumberOfThreads ?? threads);
        using var tensorFloat = new TensorFloat32Setting(_network.Device, _options.AllowTensorFloat32);
        try
        {
            return work();
        }
        finally
        {
            _network.ThawAsPlanned();
            _network.TrainingType = ScalarType.Float32;
            set_num_threads(threads);
        }
    }

    // Why the training had ended, if the checkpoint says that it had; otherwise null.
    private TrainingEnd? Resume()
    {
        if (_checkpoint?.Load(_network.Specification, _options) is not { } progress)
        {
            if (_keepsLast)
            {
                _memory.KeepBeginning();
            }

            return null;
        }

        _history = [.. progress.History.Select(epoch => epoch with { MaxEpochs = _options.MaxEpochs })];
        _imagesSeen = progress.ImagesSeen;
        UseFormat(progress.NumberFormat);
        _fallbackEpoch = progress.FallbackEpoch;
        _secondsBefore = progress.ElapsedSeconds;
        _bestEpoch.Memory = progress.BestEpoch;
        _rates.Resume(progress.Plateau, progress.Retries);
        if (progress.End is { } end && (end.Reason != StopReason.MaxEpochs || _history.Count == _options.MaxEpochs))
        {
            // Reading a result is no part of the time that it took.
            _stopwatch.Reset();
            return end;
        }

        _memory.RestoreLast();
        return null;
    }

    private TrainingEnd RunEpochs()
    {
        while (true)
        {
            var epoch = _history.Count + 1;
            if (_callbacks.Checkpoint?.StopAfterEpoch < epoch)
            {
                return new TrainingEnd(StopReason.Paused, $"it was paused after epoch {epoch - 1} and goes on from its checkpoint.");
            }

            try
            {
                BeginEpoch(epoch);
                if (RunEpoch(epoch) is { } end)
                {
                    return end;
                }
            }
            catch (OperationCanceledException) when (_callbacks.Cancellation.IsCancellationRequested
                && _options.OnCancel == CancellationBehavior.KeepBest && _bestEpoch.HasBest)
            {
                _checkpoint?.Flush();
                return new TrainingEnd(StopReason.Cancelled, $"it was cancelled in epoch {epoch}.");
            }
            catch (Exception error) when (MemoryDemand.IsAllocationFailure(error))
            {
                _checkpoint?.TryFlush();
                throw MemoryDemand.Explain(error, _network, _options.BatchSize, hasCheckpoint: _checkpoint is not null && _history.Count > 0);
            }
            catch
            {
                _checkpoint?.TryFlush();
                throw;
            }
        }
    }

    // The optimiser begins anew with each phase: its moments belong to the parameters of the phase before. Within a phase there is
    // none after a checkpoint or a divergence, and it goes on from the moments that were kept.
    private void BeginEpoch(int epoch)
    {
        if (_optimizer is not null && !_rates.IsPhaseStart(epoch))
        {
            return;
        }

        if (_format is null)
        {
            UseFormat(NumberFormatChoice.Choose(_network, _pass, _options, _callbacks.Log, _callbacks.Cancellation));
        }

        if (_rates.PhaseOf(epoch) == TrainingPhase.Probe)
        {
            _network.FreezeBackbone();
        }
        else
        {
            _network.ThawAsPlanned();
        }

        _optimizer?.Dispose();
        _optimizer = new NetworkOptimizer(ParameterGroups.Create(_network, _options), _options.Optimizer, _options.GradientClipNorm);
        if (!_rates.IsPhaseStart(epoch))
        {
            try
            {
                _memory.RestoreMoments(_optimizer);
            }
            catch (InvalidDataException error) when (_checkpoint is not null)
            {
                throw _checkpoint.Damaged(error);
            }
        }
    }

    // Null if the training goes on: with the next epoch, or with the same one after a divergence.
    private TrainingEnd? RunEpoch(int epoch)
    {
        var trained = _pass.Run(
            epoch,
            _optimizer!,
            step => _rates.Factor(epoch, step),
            done => Report(epoch, isValidation: false, done, _pass.BatchCount),
            _callbacks.Cancellation);
        _imagesSeen += trained.Images;
        if (!double.IsFinite(trained.Loss))
        {
            return Diverged(epoch);
        }

        var metrics = new EpochMetrics
        {
            Epoch = epoch,
            MaxEpochs = _options.MaxEpochs,
            Phase = _rates.PhaseOf(epoch),
            LearningRate = _rates.LastRate(epoch),
            TrainLoss = trained.Loss,
            TrainAccuracy = trained.Accuracy,
            IsBest = false,
            Retries = _rates.Retries.Count(retry => retry == epoch),
            ElapsedSeconds = 0,
            ImagesPerSecond = trained.Images / trained.Seconds,
        };
        if (_validation is not null)
        {
            if (_validation.Score((done, count) => Report(epoch, isValidation: true, done, count), _callbacks.Cancellation) is not { } logits)
            {
                return Diverged(epoch);
            }

            metrics = _validation.Measure(metrics, logits);
            _callbacks.ValidationScored?.Invoke(epoch, logits);
        }

        return Complete(metrics);
    }

    private TrainingEnd? Complete(EpochMetrics metrics)
    {
        var value = MetricComparison.Value(metrics, _metric, _validation is not null);
        var isBest = _bestEpoch.Observe(value, countsWaiting: metrics.Phase == TrainingPhase.FineTune);
        if (isBest)
        {
            _memory.KeepBest();
        }

        if (_keepsLast)
        {
            _memory.KeepLast(_optimizer!);
        }

        metrics = metrics with { IsBest = isBest, ElapsedSeconds = ElapsedSeconds };
        _history.Add(metrics);
        var end = EndAfter(metrics);
        _checkpoint?.Offer(Progress(end), atOnce: end is not null || metrics.Epoch == _callbacks.Checkpoint!.StopAfterEpoch);
        _callbacks.EpochCompleted?.Invoke(metrics);
        _callbacks.Epochs?.Report(metrics);
        return end;
    }

    private TrainingEnd? EndAfter(EpochMetrics metrics)
    {
        if (metrics.Phase == TrainingPhase.FineTune && _options.Schedule == LearningRateSchedule.ReduceOnPlateau)
        {
            _rates.Plateau.Observe(metrics.ValidationLoss ?? metrics.TrainLoss);
            var rate = _options.LearningRate * _rates.Plateau.Factor;
            if (rate < _options.MinimumLearningRate)
            {
                return new TrainingEnd(StopReason.LearningRateTooSmall, FormattableString.Invariant(
                    $"the loss stopped falling and the learning rate would have been {rate:0.0E+0}, below {_options.MinimumLearningRate:0.0E+0}."));
            }
        }

        if (_bestEpoch.ShouldStop)
        {
            return new TrainingEnd(StopReason.EarlyStopping, $"{_metric} had not improved for {_bestEpoch.EpochsWithout} epochs.");
        }

        return metrics.Epoch == _options.MaxEpochs ? new TrainingEnd(StopReason.MaxEpochs, $"all {_options.MaxEpochs} epochs were run.") : null;
    }

    private void UseFormat(NumberFormat format)
    {
        _format = format;
        _network.TrainingType = NumberFormatChoice.TypeOf(format);
    }

    // Once more from the state before the epoch, which draws the same images in the same order: first in float32, if it was not, then at half the
    // rate; until it was tried often enough.
    private TrainingEnd? Diverged(int epoch)
    {
        if (_format == NumberFormat.BFloat16)
        {
            UseFormat(NumberFormat.Float32);
            _fallbackEpoch = epoch;
            _callbacks.Log?.Invoke($"The loss became infinite or NaN in epoch {epoch} in bfloat16; the epoch is begun anew, and training goes on, in float32.");
            BeginAnew();
            return null;
        }

        if (_rates.Retries.Count < _options.DivergenceRetries)
        {
            _rates.AddRetry(epoch);
            BeginAnew();
            return null;
        }

        if (!_bestEpoch.HasBest)
        {
            var tries = _rates.Retries.Count == 0 ? string.Empty : FormattableString.Invariant(
                $"It was begun anew {_rates.Retries.Count} times, each time at half the learning rate, at last at {_rates.LastRate(epoch):0.0E+0}. ");
            throw new TrainingDivergedException(
                $"The loss became infinite or NaN in epoch {epoch}, before any weights worth keeping existed. {tries}Lower {nameof(TrainingOptions.LearningRate)} "
                + FormattableString.Invariant($"({_options.LearningRate:0.0E+0}), set {nameof(TrainingOptions.GradientClipNorm)} or raise {nameof(TrainingOptions.WarmUpEpochs)}; ")
                + "also check that the normalisation fits the range of the pixel values.",
                epoch);
        }

        var end = new TrainingEnd(StopReason.NonFiniteLoss, $"the loss became infinite or NaN in epoch {epoch}.");
        _checkpoint?.Offer(Progress(end), atOnce: true);
        return end;
    }

    private void BeginAnew()
    {
        _memory.RestoreLast();
        _optimizer!.Dispose();
        _optimizer = null;
    }

    private string ToldFallback() => _fallbackEpoch is null ? string.Empty
        : $" The loss had become infinite or NaN in bfloat16 in epoch {_fallbackEpoch}; from there on training computed in float32.";

    private string ToldRetries() => _rates.Retries.Count == 0 ? string.Empty
        : $" The loss had become infinite or NaN in epoch {string.Join(", ", _rates.Retries)}; each time the training went back to the state before that epoch and halved the learning rate.";

    private TrainingProgress Progress(TrainingEnd? end) => new()
    {
        History = [.. _history],
        ImagesSeen = _imagesSeen,
        ElapsedSeconds = ElapsedSeconds,
        OptimizerSteps = _memory.Steps,
        BestEpoch = _bestEpoch.Memory,
        Plateau = _rates.Plateau.Memory,
        Retries = [.. _rates.Retries],
        NumberFormat = _format ?? NumberFormat.Float32,
        FallbackEpoch = _fallbackEpoch,
        End = end,
    };

    private void Report(int epoch, bool isValidation, int done, int count) =>
        _callbacks.Batches?.Report(new BatchProgress(epoch, _options.MaxEpochs, _rates.PhaseOf(epoch), isValidation, done, count));

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
