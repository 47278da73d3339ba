namespace TruncatedTL.MLNet.Explanations;

/// <summary>Linear resampling along one axis: every new value is a weighted sum of neighbouring old ones.</summary>
internal sealed class AxisResampling
{
    private readonly int[] _first;
    private readonly float[][] _weights;
    private readonly int _sourceLength;

    private AxisResampling(int sourceLength, int[] first, float[][] weights)
    {
        _sourceLength = sourceLength;
        _first = first;
        _weights = weights;
    }

    /// <summary>
    /// Linear with half-pixel centres and antialiasing, as the exported model resizes images (ONNX's Resize with antialias and exclude_outside, PyTorch's
    /// interpolate with antialias=True). Maps are enlarged alike: their features are spread evenly over the image.
    /// </summary>
    private static AxisResampling Resize(int source, int target)
    {
        var scale = (double)source / target;
        var support = Math.Max(scale, 1);
        var first = new int[target];
        var weights = new float[target][];
        for (var i = 0; i < target; i++)
        {
            var centre = (i + 0.5) * scale;
            first[i] = Math.Max((int)(centre - support + 0.5), 0);
            var end = Math.Min((int)(centre + support + 0.5), source);
            var raw = Enumerable.Range(first[i], end - first[i]).Select(j => Math.Max(0, 1 - (Math.Abs(j + 0.5 - centre) / support))).ToArray();
            var sum = raw.Sum();
            weights[i] = Array.ConvertAll(raw, weight => (float)(weight / sum));
        }

        return new AxisResampling(source, first, weights);
    }

    /// <summary>Resizes along the last axes.</summary>
    /// <param name="values">Row-major values.</param>
    /// <param name="shape">Their lengths.</param>
    /// <param name="target">The new lengths of the last axes, as many as there are.</param>
    public static float[] Resize(float[] values, IReadOnlyList<int> shape, IReadOnlyList<int> target) =>
        Apply(values, shape, [.. shape.Skip(shape.Count - target.Count).Zip(target, Resize)]);

    /// <summary>Resamples along several axes. The longest reduction comes first, so that nothing in between is larger than both ends.</summary>
    /// <param name="values">Row-major values.</param>
    /// <param name="shape">Their lengths.</param>
    /// <param name="resamplings">What is done along the last axes, as many as there are.</param>
    private static float[] Apply(float[] values, IReadOnlyList<int> shape, IReadOnlyList<AxisResampling> resamplings)
    {
        var lengths = shape.ToArray();
        var skipped = lengths.Length - resamplings.Count;
        foreach (var axis in Enumerable.Range(0, resamplings.Count).Reverse().OrderBy(axis => (double)resamplings[axis]._first.Length / resamplings[axis]._sourceLength))
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
                    var sum = 0f;
                    for (var j = 0; j < _weights[i].Length; j++)
                    {
                        sum += _weights[i][j] * values[source + (j * inner) + k];
                    }

                    result[target + k] = sum;
                }
            }
        }

        return result;
    }
}
