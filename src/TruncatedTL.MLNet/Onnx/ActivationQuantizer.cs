using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Backbones;
using DataType = TruncatedTL.MLNet.Onnx.Schema.TensorProto.Types.DataType;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>
/// Writes activations and convolutions in 8 bits, as pairs of QuantizeLinear and DequantizeLinear between which runtimes compute with integers: activations with one scale and
/// zero point for each, weights with one scale for each output channel (Jacob et al. 2018, arXiv 1712.05877; Krishnamoorthi 2018, arXiv 1806.08342).
/// A runtime that knows no integer kernels computes on the rounded values in single precision.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="quantization">All activations that layers read, of which one that is not known stays in single precision; and the bits of the weights.</param>
internal sealed class ActivationQuantizer(OnnxGraphBuilder graph, OnnxQuantization quantization) : ActivationWriter
{
    // Biases are added in 32 bits; one bit is left for the sum.
    private const float BiasSteps = 1 << 30;

    private readonly int _weightSteps = quantization.WeightSteps;
    private readonly Dictionary<string, string> _read = new(StringComparer.Ordinal);
    private readonly HashSet<string> _widened = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Read(OnnxValue value)
    {
        if (_widened.Contains(value.Name) || RangeOf(value.Name) is not { } range)
        {
            return value.Name;
        }

        if (!_read.TryGetValue(value.Name, out var result))
        {
            string[] constants = [graph.AddFloat32($"{value.Name}.scale", [], [range.Scale]), graph.AddConstant($"{value.Name}.zero", DataType.Uint8, [], new[] { range.ZeroPoint })];
            var narrow = graph.AddNode("QuantizeLinear", $"{value.Name}.quantized", [value.Name, .. constants]);
            result = graph.AddNode("DequantizeLinear", $"{value.Name}.dequantized", [narrow, .. constants]);
            _read.Add(value.Name, result);
            _widened.Add(result);
        }

        return result;
    }

    /// <inheritdoc/>
    public override void ShareRange(string value, string source) => _sources[value] = source;

    /// <inheritdoc/>
    public override (string Weight, string? Bias)? Parameters(OnnxValue input, Convolution convolution, ReadOnlyMemory<byte> weight, float[]? bias)
    {
        if (RangeOf(input.Name) is not { } range)
        {
            return null;
        }

        var values = MemoryMarshal.Cast<byte, float>(weight.Span);
        var (channels, length) = (convolution.OutputChannels, values.Length / convolution.OutputChannels);
        var (scales, narrow, biases) = (new float[channels], new sbyte[values.Length], new int[channels]);
        for (var channel = 0; channel < channels; channel++)
        {
            var own = values.Slice(channel * length, length);
            var stored = narrow.AsSpan(channel * length, length);
            var scale = Math.Max(BestScale(own), Math.Abs(bias?[channel] ?? 0) / range.Scale / BiasSteps);
            Round(own, scale, stored);
            scales[channel] = scale;
            biases[channel] = (int)Math.Round(((bias?[channel] ?? 0) + MeanError(convolution, channel, own, stored, scale, range.Means)) / ((double)range.Scale * scale));
        }

        return (
            Dequantize($"{convolution.Name}.weight", DataType.Int8, convolution.WeightShape, MemoryMarshal.AsBytes<sbyte>(narrow), scales),
            Dequantize($"{convolution.Name}.bias", DataType.Int32, [channels], MemoryMarshal.AsBytes<int>(biases), [.. scales.Select(scale => scale * range.Scale)]));
    }

    // The scale with the least squared error: a few large weights may be worth clipping.
    private float BestScale(ReadOnlySpan<float> weights)
    {
        var largest = 0f;
        foreach (var weight in weights)
        {
            largest = Math.Max(largest, Math.Abs(weight));
        }

        var (best, least) = (Math.Max(largest / _weightSteps, ActivationRange.SmallestScale), double.PositiveInfinity);
        for (var share = 1f; share > 0.6f; share -= 0.05f)
        {
            var scale = Math.Max(share * largest / _weightSteps, ActivationRange.SmallestScale);
            var error = 0.0;
            foreach (var weight in weights)
            {
                var difference = weight - (scale * Steps(weight, scale));
                error += difference * difference;
            }

            if (error < least)
            {
                (best, least) = (scale, error);
            }
        }

        return best;
    }

    private void Round(ReadOnlySpan<float> weights, float scale, Span<sbyte> stored)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            stored[i] = (sbyte)Steps(weights[i], scale);
        }
    }

    private float Steps(float weight, float scale) => Math.Clamp(MathF.Round(weight / scale), -_weightSteps, _weightSteps);

    // What rounding the weights takes from the output in the mean over images and positions, which belongs into the bias (Nagel et al. 2019, arXiv 1906.04721); zeros at the borders are not counted.
    private static double MeanError(Convolution convolution, int channel, ReadOnlySpan<float> weights, ReadOnlySpan<sbyte> stored, float scale, double[] means)
    {
        var inputs = convolution.InputChannels / convolution.Groups;
        var (first, area) = (channel / (convolution.OutputChannels / convolution.Groups) * inputs, weights.Length / inputs);
        var error = 0.0;
        for (var input = 0; input < inputs; input++)
        {
            var difference = 0.0;
            for (var i = input * area; i < (input + 1) * area; i++)
            {
                difference += weights[i] - ((double)scale * stored[i]);
            }

            error += difference * means[first + input];
        }

        return error;
    }

    private string Dequantize(string name, DataType element, IReadOnlyList<long> shape, ReadOnlySpan<byte> bytes, float[] scales)
    {
        var stored = graph.AddConstant($"{name}.quantized", element, shape, bytes.ToArray());
        var zeros = graph.AddConstant($"{name}.zero", element, [scales.Length], new byte[scales.Length * (element == DataType.Int8 ? sizeof(sbyte) : sizeof(int))]);
        return graph.AddNode("DequantizeLinear", name, [stored, graph.AddFloat32($"{name}.scale", [scales.Length], scales), zeros], attributes: OnnxAttribute.Of("axis", 0));
    }

    private ActivationRange? RangeOf(string name) =>
        quantization.Activations.ByName.TryGetValue(_sources.GetValueOrDefault(name, name), out var range) ? range : null;
}
