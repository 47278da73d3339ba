namespace TruncatedTL.MLNet.Explanations;

/// <summary>Linear resampling along one axis: every new value is a weighted sum of neighbouring old ones.</summary>
internal sealed class AxisResampling
{
    private readonly int[] _first;
    private readonly double[][] _weights;
    private readonly int _sourceLength;

    private AxisResampling(int sourceLength, int[] first, double[][] weights)
    {
        _sourceLength = sourceLength;
        _first = first;
        _weights = weights;
    }

    /// <summary>
    /// Linear with half-pixel centres and antialiasing, as the exported model resizes (ONNX's Resize with antialias and exclude_outside, PyTorch's
    /// interpolate with antialias=True).
    /// </summary>
    public static AxisResampling Resize(int source, int target)
    {
        var scale = (double)source / target;
        var support = Math.Max(scale, 1);
        var first = new int[target];
        var weights = new double[target][];
        for (var i = 0; i < target; i++)
        {
            var centre = (i + 0.5) * scale;
            first[i] = Math.Max((int)(centre - support + 0.5), 0);
            var end = Math.Min((int)(centre + support + 0.5), source);
            var raw = Enumerable.Range(first[i], end - first[i]).Select(j => Math.Max(0, 1 - (Math.Abs(j + 0.5 - centre) / support))).ToArray();
            var sum = raw.Sum();
            weights[i] = Array.ConvertAll(raw, weight => weight / sum);
        }

        return new AxisResampling(source, first, weights);
    }

    /// <summary>Reads features at the pixels of an image, linearly between the places where they lie; beyond the outermost features they continue.</summary>
    /// <param name="features">Number of features.</param>
    /// <param name="geometry">Where they lie in the network's input.</param>
    /// <param name="inputLength">Pixels of the network's input.</param>
    /// <param name="imageLength">Pixels of the image, which is stretched over the input.</param>
    public static AxisResampling Place(int features, AxisGeometry geometry, int inputLength, int imageLength)
    {
        var first = new int[imageLength];
        var weights = new double[imageLength][];
        for (var i = 0; i < imageLength; i++)
        {
            var pixel = ((i + 0.5) * inputLength / imageLength) - 0.5;
            var position = Math.Clamp((pixel - geometry.Start) / geometry.Step, 0, features - 1);
            first[i] = Math.Max(0, Math.Min((int)position, features - 2));
            var share = position - first[i];
            weights[i] = features == 1 ? [1] : [1 - share, share];
        }

        return new AxisResampling(features, first, weights);
    }

    /// <summary>Resamples along several axes. The longest reduction comes first, so that nothing in between is larger than both ends.</summary>
    /// <param name="values">Row-major values.</param>
    /// <param name="shape">Their lengths.</param>
    /// <param name="resamplings">What is done along the last axes, as many as there are.</param>
    public static float[] Apply(float[] values, IReadOnlyList<int> shape, IReadOnlyList<AxisResampling> resamplings)
    {
        var lengths = shape.ToArray();
        var skipped = lengths.Length - resamplings.Count;
        foreach (var axis in Enumerable.Range(0, resamplings.Count).OrderBy(axis => (double)resamplings[axis]._first.Length / resamplings[axis]._sourceLength))
        {
            values = resamplings[axis].Apply(values, lengths, skipped + axis);
            lengths[skipped + axis] = resamplings[axis]._first.Length;
        }

        return values;
    }

    private float[] Apply(float[] values, int[] shape, int axis)
    {
        var inner = shape.Skip(axis + 1).Aggregate(1, (product, length) => product * length);
        var outer = values.Length / (inner * _sourceLength);
        var result = new float[checked(outer * _first.Length * inner)];
        for (var block = 0; block < outer; block++)
        {
            for (var i = 0; i < _first.Length; i++)
            {
                var target = ((block * _first.Length) + i) * inner;
                var source = ((block * _sourceLength) + _first[i]) * inner;
                for (var k = 0; k < inner; k++)
                {
                    var sum = 0.0;
                    for (var j = 0; j < _weights[i].Length; j++)
                    {
                        sum += _weights[i][j] * values[source + (j * inner) + k];
                    }

                    result[target + k] = (float)sum;
                }
            }
        }

        return result;
    }
}
