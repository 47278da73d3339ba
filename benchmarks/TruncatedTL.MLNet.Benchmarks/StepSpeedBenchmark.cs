using System.CommandLine;
using System.Globalization;
using System.Text;
using TorchSharp.Modules;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// Time of a training step (forward, backward, AdamW) in float32 and bfloat16 against that of a plain TorchSharp loop over the same network and images:
/// float32, row-major, TorchSharp's own optimiser.
/// </summary>
internal static class StepSpeedBenchmark
{
    private static readonly (string Backbone, int Size, int Batch)[] Cases = [(BackboneNames.ResNet18, 64, 64), (BackboneNames.ResNet50, 224, 16)];

    public static Command Command()
    {
        var turns = new Option<int>("--turns") { DefaultValueFactory = _ => 5 };
        var threads = new Option<int[]>("--threads") { Description = "numbers of threads of libtorch", DefaultValueFactory = _ => [1, Environment.ProcessorCount], AllowMultipleArgumentsPerToken = true };
        var only = new Option<string?>("--only") { Description = "a single backbone; the rows are appended to the output" };
        var output = new Option<string>("--output") { Required = true };
        var command = new Command("step-speed", "times training steps against a plain loop") { turns, threads, only, output };
        command.SetAction(result => Run(result.GetRequiredValue(turns), result.GetRequiredValue(threads), result.GetValue(only), result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(int turns, int[] threads, string? only, string output)
    {
        TorchRuntime.EnsureLoaded();
        var text = new StringBuilder(only is not null && File.Exists(output) ? File.ReadAllText(output) : string.Empty);
        if (text.Length == 0)
        {
            text.AppendLine("# Training steps against a plain TorchSharp loop");
            text.AppendLine();
            text.AppendLine("Forward, backward and AdamW on random images. Plain loop: float32, row-major, TorchSharp's AdamW. Medians over turns in which every kind takes one step, and medians of");
            text.AppendLine("the ratios within a turn (speed against the plain loop). Wall-clock times are those of a machine that other programs share; processor time depends less on them.");
            text.AppendLine();
            text.AppendLine("| network | threads | step | seconds | speed | processor seconds | speed | turns | machine |");
            text.AppendLine("|---|---|---|---|---|---|---|---|---|");
        }

        foreach (var (backbone, size, batch) in Cases.Where(entry => only is null || entry.Backbone == only))
        {
            foreach (var count in threads)
            {
                set_num_threads(count);
                Measure(text, backbone, size, batch, turns, count);
                File.WriteAllText(output, text.ToString());
            }
        }
    }

    private static void Measure(StringBuilder text, string backbone, int size, int batch, int turns, int threads)
    {
        using var scope = NewDisposeScope();
        var specification = new NetworkSpecification(TransferStrategy.FromScratch().Resolve(Backbone.Create(backbone)), HeadPooling.Average, outputs: 2, [size, size]);
        using var network = TransferNetwork.Create(specification, seed: 1, CPU);
        using var plain = new PlainLoop(network);
        using var optimizer = new NetworkOptimizer(ParameterGroups.Create(network, new TrainingOptions()), OptimizerKind.AdamW, gradientClipNorm: null);
        var images = randn(batch, 3, size, size);
        var targets = randint(0, 2, [batch], ScalarType.Int64);

        void Step(ScalarType type)
        {
            using var step = NewDisposeScope();
            network.TrainingType = type;
            nn.functional.cross_entropy(network.Forward(images, training: true), targets).backward();
            optimizer.Step();
        }

        var machine = TimedRepeats.Machine();
        var times = TimedRepeats.Run(turns, () => plain.Step(images, targets), () => Step(ScalarType.Float32), () => Step(ScalarType.BFloat16));
        string[] names = ["plain loop", "float32", "bfloat16"];
        for (var i = 0; i < names.Length; i++)
        {
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"| {backbone}, {size} px, batch {batch} | {threads} | {names[i]} | {TimedRepeats.Median(times[i].Wall):0.00} | {TimedRepeats.Ratio(times[0].Wall, times[i].Wall):0.00} | {TimedRepeats.Median(times[i].Processor):0.00} | {TimedRepeats.Ratio(times[0].Processor, times[i].Processor):0.00} | {turns} | {machine} to {TimedRepeats.Machine()} |");
            Console.WriteLine(line);
            text.AppendLine(line);
        }
    }

    /// <summary>What a loop without this library does: the same layers on tensors that lie row-major, with TorchSharp's optimiser.</summary>
    private sealed class PlainLoop : IDisposable
    {
        private readonly NetworkSpecification _specification;
        private readonly Dictionary<string, Tensor> _state = [];
        private readonly LayerRunner _runner;
        private readonly AdamW _optimizer;

        public PlainLoop(TransferNetwork network)
        {
            _specification = network.Specification;
            foreach (var (name, tensor) in network.State)
            {
                // Not a clone: that keeps the order of a kernel of one element, by which libtorch decides how a convolution lies.
                using var copy = empty(tensor.shape, tensor.dtype).copy_(tensor.detach());
                _state.Add(name, (tensor.requires_grad ? new Parameter(copy) : copy.alias()).DetachFromDisposeScope());
            }

            _runner = new LayerRunner(_state);
            _optimizer = optim.AdamW(_state.Values.OfType<Parameter>());
        }

        public void Step(Tensor images, Tensor targets)
        {
            using var scope = NewDisposeScope();
            _optimizer.zero_grad();
            var current = images.alias();
            foreach (var unit in _specification.Plan.Units)
            {
                current = _runner.Apply(unit.Unit.Body, current, updateStatistics: true);
            }

            var pooled = current.mean([2L, 3L]);
            nn.functional.cross_entropy(nn.functional.linear(pooled, _state[_specification.HeadWeightName], _state[_specification.HeadBiasName]), targets).backward();
            _optimizer.step();
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            foreach (var tensor in _state.Values)
            {
                tensor.Dispose();
            }
        }
    }
}
