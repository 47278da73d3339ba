using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Onnx.Schema;
using DataType = TruncatedTL.MLNet.Onnx.Schema.TensorProto.Types.DataType;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// The most that 8-bit weights and activations could save: single convolutions of a ResNet-50 in OnnxRuntime, in single precision and in 8 bits (QLinearConv), without what
/// changing between the two costs.
/// </summary>
internal static class IntegerConvolutionBenchmark
{
    private const int RunsPerTurn = 20;

    // Input channels, output channels, side of the kernel, side of the map: layer1 to layer3 at 224 x 224.
    private static readonly (int Input, int Output, int Kernel, int Side)[] Convolutions =
        [(64, 64, 3, 56), (64, 256, 1, 56), (128, 128, 3, 28), (512, 128, 1, 28), (256, 256, 3, 14), (1024, 256, 1, 14), (256, 1024, 1, 14)];

    public static Command Command()
    {
        var turns = new Option<int>("--turns") { DefaultValueFactory = _ => 9 };
        var output = new Option<string?>("--output");
        var command = new Command("integer-convolution", "times convolutions of a ResNet-50 in 8 bits against single precision") { turns, output };
        command.SetAction(result => Run(result.GetRequiredValue(turns), result.GetValue(output)));
        return command;
    }

    private static void Run(int turns, string? output)
    {
        var text = new StringBuilder();
        text.AppendLine("# Convolutions in 8 bits against single precision, OnnxRuntime, one image");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Medians of {turns} turns of {RunsPerTurn} runs each, both kinds in turn; {TimedRepeats.Machine()} before the start; QLinearConv alone, without quantising and widening around it.");
        text.AppendLine();
        text.AppendLine("| convolution | single, ms | 8 bits, ms | speed | single, ms of processor time | 8 bits | speed |");
        text.AppendLine("|---|---|---|---|---|---|---|");
        foreach (var (channels, outputs, kernel, side) in Convolutions)
        {
            using var single = new Model(Single(channels, outputs, kernel, side), channels, side, isByte: false);
            using var quantized = new Model(Quantized(channels, outputs, kernel, side), channels, side, isByte: true);
            var times = TimedRepeats.Run(turns, single.Run, quantized.Run);
            string Milliseconds(double[] seconds) => string.Create(CultureInfo.InvariantCulture, $"{1e3 * TimedRepeats.Median(seconds) / RunsPerTurn:0.00}");
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"| {channels} to {outputs}, {kernel} x {kernel}, {side} x {side} | {Milliseconds(times[0].Wall)} | {Milliseconds(times[1].Wall)} | {TimedRepeats.Ratio(times[0].Wall, times[1].Wall):0.00} x | {Milliseconds(times[0].Processor)} | {Milliseconds(times[1].Processor)} | {TimedRepeats.Ratio(times[0].Processor, times[1].Processor):0.00} x |");
            Console.WriteLine(line);
            text.AppendLine(line);
        }

        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"At the end: {TimedRepeats.Machine()}.");
        if (output is not null)
        {
            File.WriteAllText(output, text.ToString());
        }
    }

    private static byte[] Single(int channels, int outputs, int kernel, int side)
    {
        var random = new Random(1);
        var weights = new float[outputs * channels * kernel * kernel];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = random.NextSingle() - 0.5f;
        }

        return Build("Conv", ["x", "w"], DataType.Float, channels, outputs, kernel, side, [Tensor("w", DataType.Float, MemoryMarshal.AsBytes<float>(weights), outputs, channels, kernel, kernel)]);
    }

    private static byte[] Quantized(int channels, int outputs, int kernel, int side)
    {
        var weights = new byte[outputs * channels * kernel * kernel];
        new Random(1).NextBytes(weights);
        TensorProto[] constants =
        [
            Scale("xs", 0.02f), Tensor("xz", DataType.Uint8, [128]), Tensor("w", DataType.Int8, weights, outputs, channels, kernel, kernel),
            Scale("ws", 0.01f), Tensor("wz", DataType.Int8, [0]), Scale("ys", 1), Tensor("yz", DataType.Uint8, [128]),
        ];
        return Build("QLinearConv", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz"], DataType.Uint8, channels, outputs, kernel, side, constants);
    }

    private static TensorProto Scale(string name, float value) => Tensor(name, DataType.Float, MemoryMarshal.AsBytes<float>([value]));

    private static TensorProto Tensor(string name, DataType type, ReadOnlySpan<byte> bytes, params long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.Add(shape);
        return tensor;
    }

    private static byte[] Build(string operation, string[] inputs, DataType type, int channels, int outputs, int kernel, int side, TensorProto[] constants)
    {
        var node = new NodeProto { OpType = operation, Name = operation };
        node.Input.Add(inputs);
        node.Output.Add("y");
        node.Attribute.Add(OnnxAttribute.Of("kernel_shape", [kernel, kernel]));
        node.Attribute.Add(OnnxAttribute.Of("pads", Enumerable.Repeat(kernel / 2, 4)));
        var graph = new GraphProto { Name = operation };
        graph.Node.Add(node);
        graph.Initializer.Add(constants);
        graph.Input.Add(Value("x", type, channels, side));
        graph.Output.Add(Value("y", type, outputs, side));
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = string.Empty, Version = 13 });
        return model.ToByteArray();
    }

    private static ValueInfoProto Value(string name, DataType type, int channels, int side)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new long[] { 1, channels, side, side }.Select(length => new TensorShapeProto.Types.Dimension { DimValue = length }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } } };
    }

    private sealed class Model : IDisposable
    {
        private readonly InferenceSession _session;
        private readonly OrtValue _input;
        private readonly RunOptions _options = new();

        public Model(byte[] model, int channels, int side, bool isByte)
        {
            _session = new InferenceSession(model);
            var length = channels * side * side;
            long[] shape = [1, channels, side, side];
            _input = isByte
                ? OrtValue.CreateTensorValueFromMemory(RandomRows.Image(0, length), shape)
                : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(RandomRows.Image(0, length), value => value / 128f - 1), shape);
        }

        public void Run()
        {
            for (var i = 0; i < RunsPerTurn; i++)
            {
                using var outputs = _session.Run(_options, ["x"], [_input], ["y"]);
            }
        }

        public void Dispose()
        {
            _options.Dispose();
            _input.Dispose();
            _session.Dispose();
        }
    }
}
