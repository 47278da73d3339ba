using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Random layer trees that keep the spatial lengths, so that any of their parts can be added or concatenated.</summary>
internal sealed class RandomLayers(int seed, int rank)
{
    private readonly Random _random = new(seed);
    private int _named;

    /// <summary>A tree for an input of a number of channels.</summary>
    public Layer Tree(int channels) => RandomSequence(channels, depth: 3).Layer;

    private (Layer Layer, int Channels) RandomSequence(int channels, int depth)
    {
        var layers = new List<Layer>();
        for (var left = _random.Next(1, 5); left > 0; left--)
        {
            var (layer, next) = Any(channels, depth);
            layers.Add(layer);
            channels = next;
        }

        return (new Sequence(layers), channels);
    }

    private (Layer Layer, int Channels) Any(int channels, int depth) => _random.Next(depth > 0 ? 10 : 7) switch
    {
        0 or 1 => Convolution(channels),
        2 or 3 => (new BatchNormalization(Name("n"), channels), channels),
        4 => (new Activation((ActivationKind)_random.Next(4)), channels),
        5 => (new Pooling((PoolingKind)_random.Next(2), Axes.Same(rank, 3), Axes.Same(rank, 1), Axes.Same(rank, 1)), channels),
        6 => ZeroPadding(channels + _random.Next(3)),
        7 => RandomSequence(channels, depth - 1),
        8 => Concatenation(channels, depth - 1),
        _ => Residual(channels, depth - 1),
    };

    private static (Layer Layer, int Channels) ZeroPadding(int channels) => (new ZeroPadChannels(channels), channels);

    private (Layer Layer, int Channels) Convolution(int channels)
    {
        var output = _random.Next(1, 9);
        var kernel = 1 + 2 * _random.Next(2);
        return (new Convolution(Name("c"), channels, output, Axes.Same(rank, kernel), Axes.Same(rank, 1), Axes.Same(rank, kernel / 2), Bias: _random.Next(2) == 0), output);
    }

    private (Layer Layer, int Channels) Concatenation(int channels, int depth)
    {
        var paths = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => RandomSequence(channels, depth)).ToArray();
        return (new Branches(BranchCombination.Concatenate, paths.Select(p => p.Layer).ToArray()), paths.Sum(p => p.Channels));
    }

    private (Layer Layer, int Channels) Residual(int channels, int depth)
    {
        var (inner, width) = RandomSequence(channels, depth);
        var back = new Convolution(Name("c"), width, channels, Axes.Same(rank, 1), Axes.Same(rank, 1), Axes.Same(rank, 0));
        var combination = _random.Next(2) == 0 ? BranchCombination.Sum : BranchCombination.Multiply;
        return (new Branches(combination, [Sequence.Of(inner, back), Sequence.Identity]), channels);
    }

    private string Name(string kind) => $"{kind}{_named++}";
}
