namespace TruncatedTL.MLNet.Weights;

/// <summary>Fits the tensors of a weights file to a network by name, never by order.</summary>
internal static class WeightsMatcher
{
    private const string BatchCounterSuffix = "num_batches_tracked";

    /// <summary>Maps a file's tensors onto those that a network expects.</summary>
    /// <param name="file">The file.</param>
    /// <param name="expected">The network's parameters and buffers, in its order; names are unique.</param>
    /// <param name="options">What may be adapted; null for the defaults.</param>
    /// <exception cref="WeightsMismatchException">
    /// The options are strict and a tensor is missing or has another shape. A head that may be replaced and the batch
    /// counters that old files lack do not count.
    /// </exception>
    public static WeightsMatch Match(WeightsFile file, IReadOnlyList<ExpectedTensor> expected, WeightsMatchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(expected);
        options ??= new WeightsMatchOptions();
        var (sourceNames, prefix) = KeyResolver.Resolve(file, expected, options.Renames);
        var pass = new Pass(file, options, sourceNames, expected);
        foreach (var tensor in expected)
        {
            pass.Place(tensor);
        }

        var match = pass.Finish(prefix);
        if (options.IsStrict && !match.Report.IsComplete)
        {
            throw new WeightsMismatchException($"The weights do not fit the network. {match.Report}", match.Report);
        }

        return match;
    }

    private static bool IsBatchCounter(string name) =>
        name == BatchCounterSuffix || name.EndsWith("." + BatchCounterSuffix, StringComparison.Ordinal);

    /// <summary>One comparison: puts each expected tensor into the one list where it belongs.</summary>
    private sealed class Pass(
        WeightsFile file, WeightsMatchOptions options, IReadOnlyDictionary<string, string> sourceNames, IReadOnlyList<ExpectedTensor> expected)
    {
        private readonly OrderedDictionary<string, TensorData> _tensors = new(StringComparer.Ordinal);
        private readonly List<string> _matched = [];
        private readonly List<string> _missing = [];
        private readonly List<ShapeMismatch> _misshapen = [];
        private readonly List<AdaptedTensor> _adapted = [];
        private readonly List<AdaptedTensor> _zeroed = [];
        private readonly string? _headReplacement = options.AllowHeadReplacement ? ExplainHeadReplacement(file, sourceNames, expected) : null;

        public void Place(ExpectedTensor tensor)
        {
            if (tensor.IsHead && _headReplacement is not null)
            {
                _adapted.Add(new AdaptedTensor(tensor.Name, _headReplacement));
                return;
            }

            var found = Find(file, sourceNames, tensor);
            if (tensor.IsInputStem && options.ReverseInputChannels && found is { Shape: [_, 3, ..] })
            {
                found = InputStemAdapter.ReverseChannels(found);
            }

            if (IsBatchCounter(tensor.Name))
            {
                PlaceBatchCounter(tensor, found);
            }
            else if (found is null)
            {
                _missing.Add(tensor.Name);
            }
            else if (TensorShape.AreEqual(found.Shape, tensor.Shape))
            {
                _tensors.Add(tensor.Name, Normalise(tensor.Name, found));
                _matched.Add(tensor.Name);
            }
            else if (tensor.IsInputStem && options.InputChannels is { } adaptation && InputStemAdapter.CanAdapt(found.Shape, tensor.Shape))
            {
                _tensors.Add(tensor.Name, InputStemAdapter.Adapt(found, tensor.Shape[1], adaptation));
                _adapted.Add(new AdaptedTensor(tensor.Name, $"input channels {found.Shape[1]} -> {tensor.Shape[1]} ({adaptation})"));
            }
            else if (options.Inflation is { } inflation && KernelInflater.CanInflate(found.Shape, tensor.Shape) && InputsFit(found, tensor))
            {
                PlaceInflated(tensor, found, inflation);
            }
            else
            {
                _misshapen.Add(new ShapeMismatch(tensor.Name, tensor.Shape, found.Shape));
            }
        }

        public WeightsMatch Finish(string prefix)
        {
            var used = sourceNames.Values.ToHashSet(StringComparer.Ordinal);
            var fits = _missing.Count == 0 && _misshapen.Count == 0 && _matched.Count > 0;
            var report = new KeyMatchReport
            {
                Matched = _matched,
                Missing = _missing,
                Misshapen = _misshapen,
                Adapted = [.. _adapted, .. _zeroed],
                Unexpected = [.. file.Tensors.Keys.Where(name => !used.Contains(name))],
                RemovedPrefix = prefix,
                LooksLike = fits ? null : NetworkFingerprint.Describe(file.Tensors),
                FileName = file.SourceName,
            };
            return new WeightsMatch(_tensors, report);
        }

        private bool InputsFit(TensorData found, ExpectedTensor tensor) =>
            found.Shape[1] == tensor.Shape[1] || (tensor.IsInputStem && options.InputChannels is not null);

        private void PlaceInflated(ExpectedTensor tensor, TensorData found, KernelInflation inflation)
        {
            var note = $"kernel for images made one for volumes ({inflation})";
            var kernel = found;
            if (found.Shape[1] != tensor.Shape[1])
            {
                var adaptation = options.InputChannels!.Value;
                kernel = InputStemAdapter.Adapt(found, tensor.Shape[1], adaptation);
                note += $", input channels {found.Shape[1]} -> {tensor.Shape[1]} ({adaptation})";
            }

            _tensors.Add(tensor.Name, KernelInflater.Inflate(kernel, tensor.Shape[2], inflation));
            _adapted.Add(new AdaptedTensor(tensor.Name, note));
        }

        // BatchNorm counts its batches since PyTorch 0.4.1; older files lack the counter, which nothing here depends on.
        private void PlaceBatchCounter(ExpectedTensor tensor, TensorData? found)
        {
            if (found is null)
            {
                _tensors.Add(tensor.Name, TensorData.FromInt64(tensor.Shape, new long[CountElements(tensor.Shape)]));
                _zeroed.Add(new AdaptedTensor(tensor.Name, "not in the file, set to 0"));
            }
            else if (found.ElementCount == 1 && CountElements(tensor.Shape) == 1)
            {
                _tensors.Add(tensor.Name, TensorData.FromInt64(tensor.Shape, [ToInt64(found)]));
                _matched.Add(tensor.Name);
            }
            else
            {
                _misshapen.Add(new ShapeMismatch(tensor.Name, tensor.Shape, found.Shape));
            }
        }

        private static long CountElements(IReadOnlyList<long> shape) => TensorShape.TryGetElementCount(shape, out var count) ? count : 0;

        private static TensorData? Find(WeightsFile file, IReadOnlyDictionary<string, string> sourceNames, ExpectedTensor tensor) =>
            sourceNames.TryGetValue(tensor.Name, out var sourceName) ? file.Tensors[sourceName] : null;

        // A head is taken whole or not at all: a bias for other weights would be worse than none.
        private static string? ExplainHeadReplacement(
            WeightsFile file, IReadOnlyDictionary<string, string> sourceNames, IReadOnlyList<ExpectedTensor> expected)
        {
            var head = expected.Where(tensor => tensor.IsHead).Select(tensor => (tensor.Shape, Found: Find(file, sourceNames, tensor)?.Shape)).ToList();
            if (head.All(tensor => tensor.Found is not null && TensorShape.AreEqual(tensor.Found, tensor.Shape)))
            {
                return null;
            }

            foreach (var (shape, found) in head)
            {
                if (found is { Count: > 0 } && shape.Count > 0 && found[0] != shape[0])
                {
                    return $"head replaced, keeps its initial values (the file has {found[0]} classes, the network {shape[0]})";
                }
            }

            return head.All(tensor => tensor.Found is null)
                ? "head replaced, keeps its initial values (the file has no such tensors)"
                : "head replaced, keeps its initial values (the file's has another shape)";
        }

        private static TensorData Normalise(string name, TensorData tensor)
        {
            try
            {
                return tensor.As(tensor.ElementType.IsFloatingPoint() ? TensorElementType.Float32 : TensorElementType.Int64);
            }
            catch (Exception exception) when (exception is OverflowException or NotSupportedException)
            {
                throw new WeightsException($"Tensor {DisplayText.Quote(name)} ({tensor}) cannot be used: {exception.Message}", exception);
            }
        }

        private static long ToInt64(TensorData scalar) =>
            scalar.ElementType == TensorElementType.Int64
                ? BitConverter.ToInt64(scalar.Bytes.Span)
                : (long)Math.Clamp(scalar.ToDouble()[0], 0, 1L << 53);
    }
}
