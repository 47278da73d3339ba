namespace TruncatedTL.MLNet.Onnx;

/// <summary>Writes an <see cref="OnnxDistance"/>.</summary>
/// <param name="graph">The graph, in which the output's name is reserved.</param>
internal sealed class DistanceWriter(OnnxGraphBuilder graph)
{
    // Far beyond any distance, and small enough that arithmetic with it stays finite.
    private const float Farthest = 1e15f;

    /// <summary>Writes the output for the features at the cut, [N, C', ...].</summary>
    /// <exception cref="OnnxExportException">The constants are for another number of features.</exception>
    public void Write(OnnxValue features, OnnxDistance distance)
    {
        var dimension = distance.Centre.Count;
        if (dimension != features.Shape.Channels || distance.Whitening.Count != dimension * dimension || distance.Means.Count % dimension != 0)
        {
            throw new OnnxExportException($"The distance is for {dimension} features; the network has {features.Shape.Channels} at the cut.");
        }

        graph.RequireReductionAxes();
        var classes = distance.Means.Count / dimension;
        var pooled = graph.AddNode("GlobalAveragePool", "distance.average", [features.Name]);
        var flat = graph.AddNode("Flatten", "distance.flatten", [pooled], attributes: OnnxAttribute.Of("axis", 1));

        // Nodes cost more than arithmetic here: the centre is folded into the bias, the scale (a distance's may be) into the constants.
        var scale = Math.Abs(distance.Scale);
        var whitening = distance.Whitening.Select(value => scale * value).ToArray();
        var whitened = graph.AddNode(
            "Gemm",
            "distance.whitened",
            [
                flat,
                Constant("distance.whitening", [dimension, dimension], whitening),
                Constant("distance.centre", [dimension], Image(whitening, distance.Centre).Select(value => -value).ToArray()),
            ],
            attributes: OnnxAttribute.Of("transB", 1));

        // [N, 1, D] - [1, C, D]
        var row = graph.AddNode("Unsqueeze", "distance.row", [whitened, graph.AddInt64("distance.class_axis", [1])]);
        var means = Constant("distance.means", [1, classes, dimension], distance.Means.Select(value => scale * value).ToArray());
        var difference = graph.AddNode("Sub", "distance.difference", [row, means]);
        var lengths = graph.AddNode("ReduceL2", "distance.lengths", [difference, graph.AddInt64("distance.feature_axis", [2])], attributes: OnnxAttribute.Of("keepdims", 0)); // [N, C]
        var nearest = graph.AddNode("ReduceMin", "distance.nearest", [lengths, graph.AddInt64("distance.length_axis", [1])], attributes: OnnxAttribute.Of("keepdims", 1)); // [N, 1]
        var isUnknown = graph.AddNode("IsNaN", "distance.unknown", [nearest]);
        var known = graph.AddNode("Where", "distance.known", [isUnknown, graph.AddScalar("distance.farthest", Farthest), nearest]);
        graph.AddNode(distance.Scale < 0 ? "Sub" : "Add", distance.OutputName, distance.Scale < 0 ? [Offset(distance), known] : [known, Offset(distance)], distance.OutputName);
    }

    private string Offset(OnnxDistance distance) => graph.AddScalar("distance.offset", (float)distance.Offset);

    private string Constant(string name, IEnumerable<long> shape, IReadOnlyList<double> values)
    {
        var singles = values.Select(value => (float)value).ToArray();
        return singles.All(float.IsFinite)
            ? graph.AddFloat32(name, shape, singles)
            : throw new OnnxExportException($"The constants '{name}' of the distance are not finite in single precision.");
    }

    // matrix [D, D] times vector [D]
    private static double[] Image(double[] matrix, IReadOnlyList<double> vector)
    {
        var result = new double[vector.Count];
        for (var k = 0; k < matrix.Length; k++)
        {
            result[k / vector.Count] += matrix[k] * vector[k % vector.Count];
        }

        return result;
    }
}
