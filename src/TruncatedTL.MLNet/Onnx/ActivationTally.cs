namespace TruncatedTL.MLNet.Onnx;

/// <summary>Collects what <see cref="ActivationRecorder"/>'s output says, image by image.</summary>
/// <param name="activations">The activations in the order of the output, and the channels of each.</param>
internal sealed class ActivationTally(IReadOnlyList<(string Name, int Channels)> activations)
{
    // A single image with an extreme value would take resolution from all others.
    private const double Quantile = 0.999;

    private readonly List<float>[] _lowest = [.. activations.Select(_ => new List<float>())];
    private readonly List<float>[] _highest = [.. activations.Select(_ => new List<float>())];
    private readonly double[][] _sums = [.. activations.Select(activation => new double[activation.Channels])];
    private int _images;

    /// <summary>Adds an image.</summary>
    public void Add(ReadOnlySpan<float> output)
    {
        var position = 0;
        for (var place = 0; place < activations.Count; place++)
        {
            _lowest[place].Add(output[position]);
            _highest[place].Add(output[position + 1]);
            position += 2;
            foreach (ref var sum in _sums[place].AsSpan())
            {
                sum += output[position++];
            }
        }

        _images++;
    }

    /// <summary>Ranges that hold all values of 999 of 1,000 images at either end; null without images.</summary>
    public ActivationStatistics? ToStatistics()
    {
        if (_images == 0)
        {
            return null;
        }

        var rank = (int)Math.Ceiling(Quantile * _images) - 1;
        return new ActivationStatistics(
            activations.Select((activation, place) => (activation.Name, Range: new ActivationRange(
                _lowest[place].OrderDescending().ElementAt(rank),
                _highest[place].Order().ElementAt(rank),
                [.. _sums[place].Select(sum => sum / _images)]))).ToDictionary(pair => pair.Name, pair => pair.Range, StringComparer.Ordinal),
            _images);
    }
}
