using System.CommandLine;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Training on decoded images that lie in a temporary file against training on images in memory, with a network so small that reading matters.</summary>
internal static class SpillBenchmark
{
    private const int BatchSize = 32;
    private static readonly PixelNormalization Normalization = new(255, [0.5], [0.25]);

    public static Command Command()
    {
        var images = new Option<int>("--images") { DefaultValueFactory = _ => 1000 };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 64 };
        var turns = new Option<int>("--turns") { DefaultValueFactory = _ => 7 };
        var output = new Option<string?>("--output");
        var command = new Command("spill", "times training on images in a temporary file against images in memory") { images, size, turns, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(images), result.GetRequiredValue(size), result.GetRequiredValue(turns), result.GetValue(output)));
        return command;
    }

    private static void Run(int count, int size, int turns, string? output)
    {
        TorchRuntime.EnsureLoaded();
        var machine = TimedRepeats.Machine();
        var (inMemory, onDisk) = (RandomImages.Create(count, size, seed: 1), RandomImages.Create(count, size, seed: 1, memoryLimit: 0));
        if (inMemory.Images.IsOnDisk || !onDisk.Images.IsOnDisk)
        {
            throw new InvalidOperationException("The images do not lie where they should.");
        }

        var specification = new NetworkSpecification(
            TransferStrategy.FromScratch("layer1.0").Resolve(Backbone.Create(BackboneNames.ResNet18Narrow)), HeadPooling.Average, outputs: 1, [size, size]);
        using var network = TransferNetwork.Create(specification, seed: 1, CPU);
        var options = new TrainingOptions { MaxEpochs = 1, BatchSize = BatchSize, Augmentation = null };
        var seconds = TimedRepeats.Run(
            turns,
            () => FineTuner.Fit(network, inMemory, null, Normalization, options),
            () => FineTuner.Fit(network, onDisk, null, Normalization, options));

        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Decoded images in a temporary file: an epoch of {BackboneNames.ResNet18Narrow} up to layer1.0, {count} images of {size} x {size}, no augmentation");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Medians of {turns} turns, each action once a turn, and of the ratios within a turn; {machine} before the start, {TimedRepeats.Machine()} at the end; the file in the system's cache; bytes of memory a byte of image: {inMemory.Images.CapacityBytes / (double)((long)count * inMemory.Images.ImageLength):0.000}.");
        text.AppendLine();
        text.AppendLine("| | seconds | speed | processor seconds | speed |");
        text.AppendLine("|---|---|---|---|---|");
        foreach (var (name, own) in new[] { "in memory", "in a file" }.Zip(seconds))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {TimedRepeats.Median(own.Wall):0.00} | {100 * TimedRepeats.Ratio(seconds[0].Wall, own.Wall):0} % | {TimedRepeats.Median(own.Processor):0.00} | {100 * TimedRepeats.Ratio(seconds[0].Processor, own.Processor):0} % |");
        }

        Console.Write(text);
        if (output is not null)
        {
            File.WriteAllText(output, text.ToString());
        }
    }
}
