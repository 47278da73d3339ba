using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Random values from a seed, in ranges in which no layer is trivial: normalisations are not the identity.</summary>
internal static class RandomTensors
{
    public static Dictionary<string, TensorData> For(NetworkSpecification specification, int seed) => For(specification.Parameters(), seed);

    public static Dictionary<string, TensorData> For(Layer layer, int seed) => For(ParameterSpecification.Of(layer), seed);

    public static float[] Normal(Random random, long count, double standardDeviation = 1)
    {
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(standardDeviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    public static byte[] Bytes(Random random, long count)
    {
        var values = new byte[count];
        random.NextBytes(values);
        return values;
    }

    public static long Count(IEnumerable<long> shape) => shape.Aggregate(1L, (product, length) => product * length);

    private static Dictionary<string, TensorData> For(IEnumerable<ParameterSpecification> parameters, int seed)
    {
        var random = new Random(seed);
        return parameters.ToDictionary(p => p.Name, p => Create(p, random));
    }

    private static TensorData Create(ParameterSpecification parameter, Random random)
    {
        var count = Count(parameter.Shape);
        return parameter.Kind switch
        {
            ParameterKind.BatchCount => TensorData.FromInt64(parameter.Shape, [7]),
            ParameterKind.RunningVariance => Uniform(0.5, 2),
            ParameterKind.NormalizationWeight => Uniform(0.5, 1.5),
            ParameterKind.RunningMean or ParameterKind.Bias => TensorData.FromSingle(parameter.Shape, Normal(random, count, 0.3)),
            _ => TensorData.FromSingle(parameter.Shape, Normal(random, count, Math.Sqrt(2.0 / (count / parameter.Shape[0])))),
        };

        TensorData Uniform(double lowest, double highest) => TensorData.FromSingle(
            parameter.Shape,
            Enumerable.Range(0, (int)count).Select(_ => (float)(lowest + (highest - lowest) * random.NextDouble())).ToArray());
    }
}
