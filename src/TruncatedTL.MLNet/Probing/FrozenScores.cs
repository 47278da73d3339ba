using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Splitting;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Probing;

/// <summary>
/// The scores of every cut of a pretrained network before any training, from one forward pass. They tell cuts that are far too low from the others; they do not rank
/// fine-tuned networks (arXiv 2308.07444).
/// </summary>
/// <param name="Cuts">The cuts, from the input upwards.</param>
/// <param name="ForwardSeconds">Wall-clock seconds of the forward pass.</param>
/// <param name="ScoringSeconds">Wall-clock seconds of the scores.</param>
internal sealed record FrozenScores(IReadOnlyList<CutScores> Cuts, double ForwardSeconds, double ScoringSeconds)
{
    // Each cut that is being scored takes some times its features in float64: of ten thousand rows and two thousand columns half a gigabyte.
    private const int MostAtOnce = 4;

    /// <summary>Computes the features and the scores. Example weights are not looked at.</summary>
    /// <param name="fullNetwork">The whole pretrained network; its head plays no part.</param>
    /// <param name="train">The training images, one class an image.</param>
    /// <param name="validation">The validation images; null without.</param>
    /// <param name="normalization">How pixel values become the network's input.</param>
    /// <param name="options">How; null takes the defaults.</param>
    /// <exception cref="ArgumentException">An option or the images do not fit, or images have several labels.</exception>
    /// <exception cref="TrainingDataException">The network gives features that are not finite.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static FrozenScores Compute(
        TransferNetwork fullNetwork, TrainingSet train, TrainingSet? validation, PixelNormalization normalization, ProbingOptions? options = null)
    {
        options ??= new ProbingOptions();
        Check(train, validation, options);
        var watch = Stopwatch.StartNew();
        var features = CutFeatures.Compute(fullNetwork, train, validation, normalization, options);
        var forward = watch.Elapsed.TotalSeconds;
        var scores = Score(features, train.Labels, validation is null ? [] : validation.Labels, options);
        return new FrozenScores(scores, forward, watch.Elapsed.TotalSeconds - forward);
    }

    /// <summary>Computes the scores of given features; all but the H-score standardise them first.</summary>
    /// <param name="features">Features of the cuts.</param>
    /// <param name="labels">Class index per training image.</param>
    /// <param name="validationLabels">Class index per validation image; empty without.</param>
    /// <param name="options">How.</param>
    public static IReadOnlyList<CutScores> Score(
        IReadOnlyList<CutFeatures> features, ReadOnlySpan<int> labels, ReadOnlySpan<int> validationLabels, ProbingOptions options)
    {
        var targets = new ClassTargets(labels);
        var groups = GroupNumbers(options.Groups, labels.Length);
        var folds = Folds(targets.Labels, groups, options);
        var others = validationLabels.ToArray();
        var scores = new CutScores[features.Count];

        // The widest first: they take longest, and the last one would keep the others waiting.
        var waiting = new ConcurrentQueue<int>(Enumerable.Range(0, features.Count).OrderByDescending(i => features[i].Training.Columns));
        InParallel(Math.Min(features.Count, MostAtOnce), () =>
        {
            while (waiting.TryDequeue(out var i))
            {
                scores[i] = Score(features[i], targets, groups, folds, others, options);
            }
        });
        return scores;
    }

    // Matrices of some hundred rows gain little from several threads; cuts that are scored side by side do, and share the threads. libtorch gives a thread that first computes the
    // number of threads that holds then.
    private static void InParallel(int most, Action work)
    {
        var threads = get_num_threads();
        var count = Math.Min(threads, most);
        if (count == 1)
        {
            work();
            return;
        }

        set_num_threads(threads / count);
        try
        {
            Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))).GetAwaiter().GetResult();
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static CutScores Score(CutFeatures cut, ClassTargets targets, int[] groups, IReadOnlyList<int>? folds, int[] validationLabels, ProbingOptions options)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        using var decomposition = FeatureDecomposition.Of(cut.Training, standardize: true);
        var ridge = folds is null ? null : RidgeProbe.CrossValidate(decomposition, targets, folds);
        return new CutScores
        {
            Index = cut.Index,
            Name = cut.Name,
            Channels = cut.Training.Columns,
            RidgeAuroc = ridge?.Auroc,
            RidgeValidationAuroc = ridge is not null && cut.Validation is { } other
                ? RidgeProbe.Validate(decomposition, targets, ridge.Penalty, other, validationLabels)
                : null,
            NearestNeighbour = NearestNeighbours.Auroc(decomposition, targets, groups, options.Neighbours),

            // Not standardised, as in its paper: features that hardly correlate would be shrunk to the identity, and the score with them to 0.
            HScore = Probing.HScore.Compute(cut.Training, targets.Labels),
            LogMe = LogEvidence.Compute(decomposition, targets),
        };
    }

    private static int[] GroupNumbers(IReadOnlyList<string?>? groups, int rows)
    {
        if (groups is null)
        {
            return [.. Enumerable.Range(0, rows)];
        }

        var numbers = new Dictionary<string, int>();
        return groups.Select((group, row) => group is { Length: > 0 }
            ? numbers.TryGetValue(group, out var number) ? number : numbers[group] = numbers.Count
            : throw new TrainingDataException($"Row {row} has no group.", row)).ToArray();
    }

    // Null where there is nothing to hold out.
    private static IReadOnlyList<int>? Folds(IReadOnlyList<int> labels, int[] groups, ProbingOptions options)
    {
        var count = Math.Min(options.Folds, groups.Distinct().Count());
        var names = options.Groups is null ? null : Array.ConvertAll<int, string?>(groups, group => group.ToString(CultureInfo.InvariantCulture));
        return count < 2
            ? null
            : StratifiedGroups.Folds(labels, names, count, options.Seed, options: new SplitOptions { MissingClasses = MissingClasses.Report }).PartOfRow;
    }

    private static void Check(TrainingSet train, TrainingSet? validation, ProbingOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Folds, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Neighbours, 1);
        if (train.IsMultiLabel || validation?.IsMultiLabel == true)
        {
            throw new ArgumentException("Cuts are scored on images of one class each; these have several labels an image.", nameof(train));
        }

        if (validation is not null && validation.ClassNames.Count != train.ClassNames.Count)
        {
            throw new ArgumentException($"The training data have {train.ClassNames.Count} classes, the validation data {validation.ClassNames.Count}.", nameof(validation));
        }

        if (options.Groups is { } groups && groups.Count != train.Count)
        {
            throw new ArgumentException($"There are {train.Count} training images and {groups.Count} groups.", nameof(options));
        }
    }
}
