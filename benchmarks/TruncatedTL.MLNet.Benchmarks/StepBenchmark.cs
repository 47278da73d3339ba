using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// Time of a forward and backward pass a strategy, optionally while other threads keep cores busy. Run it with and without
/// OMP_WAIT_POLICY=active to see what spinning libtorch threads cost on a busy machine.
/// </summary>
internal static class StepBenchmark
{
    private const int Repeats = 9;
    private static long _sink;

    public static Command Command()
    {
        var backbone = new Option<string>("--backbone") { DefaultValueFactory = _ => BackboneNames.ResNet18 };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 48 };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 32 };
        var busy = new Option<int>("--busy-cores") { Description = "cores kept busy by other threads", DefaultValueFactory = _ => 0 };
        var command = new Command("step", "times a training step") { backbone, size, batch, busy };
        command.SetAction(result => Run(result.GetRequiredValue(backbone), result.GetRequiredValue(size), result.GetRequiredValue(batch), result.GetRequiredValue(busy)));
        return command;
    }

    private static void Run(string backbone, int size, int batch, int busyCores)
    {
        TorchRuntime.EnsureLoaded();
        for (var i = 0; i < busyCores; i++)
        {
            new Thread(BusyLoop) { IsBackground = true }.Start();
        }

        var policy = Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") ?? "passive (the library's)";
        Console.WriteLine($"{backbone}, {size} px, batch {batch}, {get_num_threads()} threads, {busyCores} busy cores, wait policy {policy}");
        var definition = Backbone.Create(backbone);
        var middle = definition.Cuts[definition.Cuts.Count * 2 / 3].Name;
        foreach (var strategy in new TransferStrategy[] { TransferStrategy.FromScratch(), TransferStrategy.FromScratch(middle) })
        {
            var specification = new NetworkSpecification(strategy.Resolve(definition), HeadPooling.Average, outputs: 1, [size, size]);
            using var network = TransferNetwork.Create(specification, seed: 1, CPU);
            var milliseconds = Enumerable.Range(0, Repeats).Select(_ => Step(network, size, batch)).Order().ElementAt(Repeats / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{strategy}: {milliseconds / batch:0.00} ms an image"));
        }
    }

    // Never yields, unlike SpinWait: another program that computes does not, either.
    private static void BusyLoop()
    {
        for (var i = 0L; ; i = unchecked(i + 1))
        {
            Volatile.Write(ref _sink, i);
        }
    }

    private static double Step(TransferNetwork network, int size, int batch)
    {
        using var scope = NewDisposeScope();
        var images = randn(batch, 3, size, size);
        var targets = rand(batch, 1);
        var watch = Stopwatch.StartNew();
        nn.functional.binary_cross_entropy_with_logits(network.Forward(images, training: true), targets).backward();
        return watch.Elapsed.TotalMilliseconds;
    }
}
