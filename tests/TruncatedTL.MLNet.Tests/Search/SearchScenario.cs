using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Tests.Search.Replay;

namespace TruncatedTL.MLNet.Tests.Search;

/// <summary>Ladders and curves drawn by a seed: several backbones or one, a few rungs or many, odd stages, missing rungs, candidates that are no rungs.</summary>
internal sealed class SearchScenario
{
    private readonly Random _random;
    private readonly Dictionary<string, double[]> _curves = [];
    private readonly Dictionary<string, int> _fails = [];
    private readonly double _tolerance;

    /// <param name="seed">All that is drawn depends on it.</param>
    /// <param name="level">The score of a rung that place and size have; null draws noisy curves with ties.</param>
    /// <param name="others">Whether there may be candidates that are no rungs.</param>
    /// <param name="failures">Whether trainings may fail.</param>
    public SearchScenario(int seed, Func<SearchCandidate, double>? level = null, bool others = true, bool failures = false)
    {
        _random = new Random(seed);
        _tolerance = _random.Next(4) == 0 ? 0 : _random.NextDouble() * 0.1;
        var candidates = new List<SearchCandidate>();
        for (var ladder = _random.Next(1, 4); ladder > 0; ladder--)
        {
            candidates.AddRange(Rungs($"net{ladder}", 1 + (_random.Next(3) == 0 ? _random.Next(3) : _random.Next(18))));
        }

        for (var other = others ? _random.Next(3) : 0; other > 0; other--)
        {
            candidates.Add(new SearchCandidate { Index = 0, Name = $"Other{other}", Ladder = "net1", ParameterCount = _random.Next(1, 5000), MacCount = _random.Next(1, 5000) });
        }

        Candidates = candidates.Select((candidate, index) => candidate with { Index = index }).ToArray();
        foreach (var candidate in Candidates)
        {
            var length = _random.Next(1, 41);
            _curves[candidate.Name] = Enumerable.Range(0, length).Select(_ => level?.Invoke(candidate) ?? Math.Round(_random.NextDouble(), 2)).ToArray();
            if (failures && _random.Next(4) == 0)
            {
                _fails[candidate.Name] = _random.Next(1, 41);
            }
        }
    }

    public IReadOnlyList<SearchCandidate> Candidates { get; }

    public double Tolerance => _tolerance;

    public IReadOnlyDictionary<string, double[]> Curves => _curves;

    /// <summary>Every method, with and without its options.</summary>
    public static IReadOnlyList<SearchMethod> Methods(SearchScenario scenario) =>
    [
        SearchMethod.Guided(),
        new GuidedSearch { ShortEpochs = 1, TrainControl = false, CompareAll = false },
        new GuidedSearch { ShortEpochs = 50, Neighbours = true },
        SearchMethod.TwoStage(),
        new TwoStageSearch { WithinTolerance = true },
        SearchMethod.Exhaustive(),
        new ExhaustiveSearch { WithinTolerance = true },
        SearchMethod.SuccessiveHalving(),
        new SuccessiveHalvingSearch { Start = 1, Eta = 2, TrainControl = false, CompareAll = false },
        SearchMethod.Fixed([.. scenario.Candidates.Take(3).Select(candidate => candidate.Name)]),
    ];

    public CurveEvidence Evidence(IReadOnlyList<SearchCandidate>? inOrder = null) =>
        new(inOrder ?? Candidates, _curves, (_, _) => _tolerance, maxEpochs: 40) { FailsAt = _fails };

    public IReadOnlyList<SearchCandidate> Shuffled()
    {
        var shuffled = Candidates.ToArray();
        _random.Shuffle(shuffled);
        return shuffled.Select((candidate, index) => candidate with { Index = index }).ToArray();
    }

    private IEnumerable<SearchCandidate> Rungs(string ladder, int count)
    {
        var hasFull = _random.Next(4) > 0;
        var hasFrozen = _random.Next(2) == 0;
        var (cut, stage, size) = (0, 0, 0L);
        for (var place = 0; place < count; place++)
        {
            cut += _random.Next(5) == 0 ? 2 : 1;
            stage += _random.Next(3) == 0 ? 1 : 0;
            size += _random.Next(1, 500);
            yield return new SearchCandidate
            {
                Index = 0,
                Name = $"{ladder}.{cut}",
                Ladder = ladder,
                Cut = cut,
                Stage = $"stage{stage}",
                IsFullTransfer = hasFull && place == count - 1,
                ParameterCount = size,
                MacCount = 10 * size,
                FrozenScore = hasFrozen ? _random.NextDouble() : null,
            };
        }
    }
}
