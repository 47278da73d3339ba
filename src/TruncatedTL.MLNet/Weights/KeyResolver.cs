namespace TruncatedTL.MLNet.Weights;

/// <summary>
/// Finds for each name of a network the name under which a file has that tensor: the exact name first, then without the
/// wrapper's prefix that explains most of the remaining names, after renaming rules.
/// </summary>
internal sealed class KeyResolver
{
    private const string DataParallelSegment = "module";
    private const int MaxPrefixSegments = 8;

    // Modules and dictionaries that wrap a network in common training code.
    private static readonly HashSet<string> WrapperSegments = new(StringComparer.Ordinal)
    {
        "module", "model", "backbone", "encoder", "encoder_q", "base_encoder", "momentum_encoder", "net", "network", "state_dict",
        "model_state_dict", "weights", "params", "student", "teacher", "online_encoder", "online_network", "target_network", "resnet",
        "densenet", "features", "feature_extractor", "cnn", "trunk", "body", "_orig_mod", "ema", "model_ema", "state_dict_ema",
    };

    private readonly IReadOnlyList<ExpectedTensor> _expected;
    private readonly Dictionary<string, ExpectedTensor> _expectedByName;
    private readonly IReadOnlyList<KeyRename> _renames;
    private readonly WeightsFile _file;
    private readonly bool _hasDataParallel;

    private KeyResolver(WeightsFile file, IReadOnlyList<ExpectedTensor> expected, IReadOnlyList<KeyRename> renames)
    {
        _file = file;
        _expected = expected;
        _expectedByName = expected.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        _renames = renames;
        _hasDataParallel = file.Tensors.Keys.Any(name => DropDataParallel(name).Length != name.Length);
    }

    /// <summary>The file's name for each network name that was found, and the prefix that was taken off.</summary>
    public static (IReadOnlyDictionary<string, string> SourceNames, string RemovedPrefix) Resolve(
        WeightsFile file, IReadOnlyList<ExpectedTensor> expected, IReadOnlyList<KeyRename> renames) =>
        new KeyResolver(file, expected, renames).Resolve();

    private (IReadOnlyDictionary<string, string> SourceNames, string RemovedPrefix) Resolve()
    {
        var resolved = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tensor in _expected)
        {
            if (_file.Tensors.ContainsKey(tensor.Name))
            {
                resolved.Add(tensor.Name, tensor.Name);
            }
        }

        var used = resolved.Values.ToHashSet(StringComparer.Ordinal);
        var candidates = new OrderedDictionary<(string Prefix, bool DropsDataParallel), Candidate>();
        foreach (var name in _file.Tensors.Keys.Where(name => !used.Contains(name)))
        {
            AddCandidates(name, resolved, candidates);
        }

        var best = candidates
            .Where(candidate => IsPlausible(candidate.Key.Prefix, candidate.Value.SourceNames.Count, resolved.Count))
            .OrderByDescending(candidate => candidate.Value.SourceNames.Count)
            .ThenByDescending(candidate => candidate.Value.EqualShapes)
            .ThenBy(candidate => candidate.Key.DropsDataParallel)
            .ThenByDescending(candidate => IsWrapper(candidate.Key.Prefix))
            .FirstOrDefault();
        if (best.Value is null)
        {
            return (resolved, string.Empty);
        }

        foreach (var (name, sourceName) in best.Value.SourceNames)
        {
            resolved.Add(name, sourceName);
        }

        return (resolved, RemovedPrefix(best.Key.Prefix, best.Value));
    }

    private void AddCandidates(
        string name, Dictionary<string, string> resolved, OrderedDictionary<(string, bool), Candidate> candidates)
    {
        var start = 0;
        for (var segment = 0; segment <= MaxPrefixSegments; segment++)
        {
            AddCandidate(name, name[..start], name[start..], dropsDataParallel: false, resolved, candidates);
            if (_hasDataParallel)
            {
                AddCandidate(name, name[..start], DropDataParallel(name[start..]), dropsDataParallel: true, resolved, candidates);
            }

            var dot = name.IndexOf('.', start);
            if (dot < 0)
            {
                return;
            }

            start = dot + 1;
        }
    }

    private void AddCandidate(
        string sourceName, string prefix, string name, bool dropsDataParallel, Dictionary<string, string> resolved,
        OrderedDictionary<(string, bool), Candidate> candidates)
    {
        var target = name;
        if (!_expectedByName.TryGetValue(target, out var expected))
        {
            target = _renames.Aggregate(name, (current, rename) => rename.Apply(current));
            if (!_expectedByName.TryGetValue(target, out expected))
            {
                return;
            }
        }

        if (resolved.ContainsKey(target))
        {
            return;
        }

        if (!candidates.TryGetValue((prefix, dropsDataParallel), out var candidate))
        {
            candidate = new Candidate();
            candidates.Add((prefix, dropsDataParallel), candidate);
        }

        if (candidate.SourceNames.TryAdd(target, sourceName)
            && TensorShape.AreEqual(expected.Shape, _file.Tensors[sourceName].Shape))
        {
            candidate.EqualShapes++;
        }
    }

    // "layer1.0.conv1.weight" ends like "conv1.weight" of many networks. A prefix that no training code puts in front
    // must therefore explain at least half of what is wanted.
    private bool IsPlausible(string prefix, int matches, int alreadyResolved) =>
        IsWrapper(prefix) || 2 * matches >= _expected.Count - alreadyResolved;

    private static bool IsWrapper(string prefix) =>
        prefix.TrimEnd('.').Split('.').All(segment => segment.Length == 0 || WrapperSegments.Contains(segment));

    private static string DropDataParallel(string name) =>
        name.Contains(DataParallelSegment + ".", StringComparison.Ordinal)
            ? string.Join('.', name.Split('.').Where(segment => segment != DataParallelSegment))
            : name;

    private static string RemovedPrefix(string prefix, Candidate candidate)
    {
        // Where the wrapper stands inside the names there is no one prefix to show.
        var sourceName = candidate.SourceNames.First().Value;
        return prefix.Length == 0 && DropDataParallel(sourceName).Length != sourceName.Length
            ? DataParallelSegment + "."
            : prefix;
    }

    private sealed class Candidate
    {
        /// <summary>The file's name by the network's.</summary>
        public OrderedDictionary<string, string> SourceNames { get; } = new(StringComparer.Ordinal);

        public int EqualShapes { get; set; }
    }
}
