using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Tests.Search.Replay;

/// <summary>Evidence whose trainings are read off known validation curves: one value an epoch, from the first epoch to where the training came to its end.</summary>
internal sealed class CurveEvidence(
    IReadOnlyList<SearchCandidate> candidates,
    IReadOnlyDictionary<string, double[]> curves,
    Func<double, double, double> tolerance,
    int? maxEpochs = null) : SearchEvidence
{
    private readonly Dictionary<string, int> _reached = [];
    private readonly HashSet<string> _failed = [];

    // The best of the first epochs, for every number of epochs.
    private readonly Dictionary<string, double[]> _best = curves.ToDictionary(pair => pair.Key, pair => Running(pair.Value));
    private IReadOnlyList<SearchCandidate>? _left;

    /// <summary>Candidates whose training fails when it is asked for that many epochs or more.</summary>
    public IReadOnlyDictionary<string, int> FailsAt { get; init; } = new Dictionary<string, int>();

    /// <summary>Multiply-accumulates for one image times epochs that have been trained, each epoch counted once.</summary>
    public Dictionary<RequestPurpose, double> MacEpochs { get; } = [];

    public override IReadOnlyList<SearchCandidate> Candidates => _left ??= candidates.Where(candidate => !_failed.Contains(candidate.Name)).ToArray();

    public override int MaxEpochs { get; } = maxEpochs ?? curves.Values.Max(curve => curve.Length);

    public override bool HasReached(SearchCandidate candidate, int? epochs) =>
        EpochsReached(candidate) >= Math.Min(epochs ?? int.MaxValue, curves[candidate.Name].Length);

    public override int EpochsReached(SearchCandidate candidate) => _reached.GetValueOrDefault(candidate.Name);

    public override double Score(SearchCandidate candidate, int? epochs)
    {
        if (!HasReached(candidate, epochs))
        {
            throw new InvalidOperationException($"The score of {candidate.Name} after {epochs?.ToString() ?? "all"} epochs is not known yet.");
        }

        var best = _best[candidate.Name];
        return best[Math.Min(epochs ?? int.MaxValue, best.Length) - 1];
    }

    public override double Tolerance(SearchCandidate candidate, SearchCandidate best, int? epochs) => tolerance(Score(candidate, epochs), Score(best, epochs));

    /// <summary>Does as asked; counts what it takes.</summary>
    public void Carry(TrainingRequest request)
    {
        var name = request.Candidate.Name;
        var from = EpochsReached(request.Candidate);
        var to = Math.Max(from, Math.Min(request.Epochs ?? int.MaxValue, curves[name].Length));
        if (FailsAt.TryGetValue(name, out var epoch) && to >= epoch)
        {
            _failed.Add(name);
            _left = null;
            to = Math.Max(from, epoch - 1);
        }

        _reached[name] = to;
        MacEpochs[request.Purpose] = MacEpochs.GetValueOrDefault(request.Purpose) + ((double)request.Candidate.MacCount * (to - from));
    }

    /// <summary>The same knowledge in another object, as a restarted process finds it.</summary>
    public CurveEvidence Reopened(IReadOnlyList<SearchCandidate>? inOrder = null)
    {
        var copy = new CurveEvidence(inOrder ?? candidates, curves, tolerance, MaxEpochs) { FailsAt = FailsAt };
        foreach (var (name, epochs) in _reached)
        {
            copy._reached[name] = epochs;
        }

        copy._failed.UnionWith(_failed);
        return copy;
    }

    /// <summary>Lets a method search to its end.</summary>
    public SearchStep.Choose Run(SearchMethod method)
    {
        while (true)
        {
            switch (method.Next(this))
            {
                case SearchStep.Choose choice:
                    return choice;
                case SearchStep.Train step when step.Requests.All(request => !HasReached(request.Candidate, request.Epochs)) && step.Requests.Count > 0:
                    foreach (var request in step.Requests)
                    {
                        Carry(request);
                    }

                    break;
                default:
                    throw new InvalidOperationException($"{method} asks for what has been reached.");
            }
        }
    }

    private static double[] Running(double[] curve)
    {
        var best = curve.ToArray();
        for (var epoch = 1; epoch < best.Length; epoch++)
        {
            best[epoch] = Math.Max(best[epoch - 1], best[epoch]);
        }

        return best;
    }
}
