namespace TruncatedTL.MLNet.Onnx;

/// <summary>Writes an <see cref="OnnxDistance"/> with operators whose meaning is the same in every operator set from 13 on.</summary>
/// <param name="graph">The graph, in which the output's name is reserved.</param>
internal sealed class DistanceWriter(OnnxGraphBuilder graph)
{
    // Far beyond any distance, and small enough that arithmetic with it stays finite.
    private const float Farthest = 1e30f;

    /// <summary>Writes the output for the features at the cut, [N, C', ...].</summary>
    /// <exception cref="OnnxExportException">The constants are for another number of features.</exception>
    public void Write(OnnxValue features, OnnxDistance distance)
    {
        var dimension = distance.Centre.Count;
        if (dimension != features.Shape.Channels || distance.Whitening.Count != dimension * dimension || distance.Means.Count % dimension != 0)
        {
            throw new OnnxExportException($"The distance is for {dimension} features; the network has {features.Shape.Channels} at the cut.");
        }

        var classes = distance.Means.Count / dimension;
        var pooled = graph.AddNode("GlobalAveragePool", "distance.average", [features.Name]);
        var flat = graph.AddNode("Flatten", "distance.flatten", [pooled], attributes: OnnxAttribute.Of("axis", 1));

        // The centre is subtracted before anything is multiplied: single precision would lose the small difference of large products.
        var centred = graph.AddNode("Sub", "distance.centred", [flat, Constant("distance.centre", [dimension], distance.Centre)]);
        var whitened = graph.AddNode(
            "Gemm",
            "distance.whitened",
            [centred, Constant("distance.whitening", [dimension, dimension], distance.Whitening)],
            attributes: OnnxAttribute.Of("transB", 1));

        // [N, D, 1] - [1, D, C]
        var column = graph.AddNode("Unsqueeze", "distance.column", [whitened, graph.AddInt64("distance.axis", [2])]);
        var difference = graph.AddNode("Sub", "distance.difference", [column, Constant("distance.means", [1, dimension, classes], Transposed(distance.Means, dimension))]);
        var square = graph.AddNode("Mul", "distance.square", [difference, difference]);
        var sums = graph.AddNode("ReduceSum", "distance.sums", [square, graph.AddInt64("distance.features", [1])], attributes: OnnxAttribute.Of("keepdims", 1)); // [N, 1, C]
        var isUnknown = graph.AddNode("IsNaN", "distance.unknown", [sums]);
        var known = graph.AddNode("Where", "distance.known", [isUnknown, graph.AddScalar("distance.farthest", Farthest), sums]);

        // ReduceMin takes its axes in another way from operator set 18 on; a maximum over positions does not.
        var negative = graph.AddNode("Neg", "distance.negative", [known]);
        var nearest = graph.AddNode("GlobalMaxPool", "distance.nearest", [negative]); // [N, 1, 1]
        var smallest = graph.AddNode("Flatten", "distance.smallest", [graph.AddNode("Neg", "distance.positive", [nearest])], attributes: OnnxAttribute.Of("axis", 1));
        var root = graph.AddNode("Sqrt", "distance.root", [smallest]);
        var scaled = graph.AddNode("Mul", "distance.scaled", [root, graph.AddScalar("distance.scale", (float)distance.Scale)]);
        graph.AddNode("Add", distance.OutputName, [scaled, graph.AddScalar("distance.offset", (float)distance.Offset)], distance.OutputName);
    }

    private string Constant(string name, IEnumerable<long> shape, IReadOnlyList<double> values)
    {
        var singles = values.Select(value => (float)value).ToArray();
        return singles.All(float.IsFinite)
            ? graph.AddFloat32(name, shape, singles)
            : throw new OnnxExportException($"The constants '{name}' of the distance are not finite in single precision.");
    }

    // [C, D] to [D, C]
    private static double[] Transposed(IReadOnlyList<double> means, int dimension)
    {
        var classes = means.Count / dimension;
        var result = new double[means.Count];
        for (var k = 0; k < result.Length; k++)
        {
            result[(k % dimension) * classes + k / dimension] = means[k];
        }

        return result;
    }
}
