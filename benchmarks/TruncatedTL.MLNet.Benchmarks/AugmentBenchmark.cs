using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Time that augmentation takes for a batch, by kind of change and by preset.</summary>
internal static class AugmentBenchmark
{
    private const int Repeats = 31;

    private static readonly (string Name, Func<AugmentationOptions> Create)[] Cases =
    [
        ("default", () => new AugmentationOptions()),
        ("flip", () => Only(options => options.HorizontalFlip = 0.5)),
        ("rotation", () => Only(options => options.RotationDegrees = 10)),
        ("rotation and elastic", () => Only(options => (options.RotationDegrees, options.ElasticMagnitude) = (10, 0.02))),
        ("brightness and contrast", () => Only(options => (options.Brightness, options.Contrast) = (0.1, 0.1))),
        ("colour", () => Only(options => (options.Saturation, options.HueDegrees) = (0.1, 5))),
        ("gamma", () => Only(options => (options.GammaMinimum, options.GammaMaximum) = (0.8, 1.2))),
        ("blur", () => Only(options => options.BlurSigma = 0.7)),
        ("noise", () => Only(options => options.GaussianNoise = 0.1)),
        ("ForXRay", () => AugmentationOptions.ForXRay()),
        ("ForCT", () => AugmentationOptions.ForCT()),
        ("ForUltrasound", () => AugmentationOptions.ForUltrasound()),
        ("ForDermoscopy", () => AugmentationOptions.ForDermoscopy()),
        ("ForMicroscopy", () => AugmentationOptions.ForMicroscopy()),
        ("ForMri", () => AugmentationOptions.ForMri()),
    ];

    public static Command Command()
    {
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 64 };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 32 };
        var channels = new Option<int>("--channels") { DefaultValueFactory = _ => 3 };
        var volume = new Option<bool>("--volume") { Description = "cubes of that size instead of squares" };
        var only = new Option<string?>("--only") { Description = "the case of this name alone" };
        var command = new Command("augment", "times augmentation") { size, batch, channels, volume, only };
        command.SetAction(result => Run(
            Enumerable.Repeat(result.GetRequiredValue(size), result.GetValue(volume) ? 3 : 2).ToArray(),
            result.GetRequiredValue(batch),
            result.GetRequiredValue(channels),
            result.GetValue(only)));
        return command;
    }

    private static void Run(int[] spatial, int batch, int channels, string? only)
    {
        TorchRuntime.EnsureLoaded();
        Console.WriteLine($"{batch} x {channels} x {string.Join(" x ", spatial)}, {get_num_threads()} threads");
        foreach (var (name, create) in Cases.Where(entry => only is null || entry.Name == only))
        {
            var augmenter = new ImageAugmenter(create(), spatial);
            var milliseconds = Enumerable.Range(0, Repeats).Select(repeat => Batch(augmenter, spatial, batch, channels, repeat)).Order().ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-24} {milliseconds[Repeats / 2]:0.00} ms a batch (fastest {milliseconds[0]:0.00})"));
        }
    }

    private static AugmentationOptions Only(Action<AugmentationOptions> change)
    {
        var options = AugmentationOptions.None();
        change(options);
        return options;
    }

    private static double Batch(ImageAugmenter augmenter, int[] spatial, int batch, int channels, int repeat)
    {
        using var scope = NewDisposeScope();
        var images = rand([batch, channels, .. spatial.Select(length => (long)length)]);
        var streams = Enumerable.Range(0, batch).Select(i => RandomStream.For(1, RandomPurpose.Augmentation, repeat, i)).ToArray();
        var watch = Stopwatch.StartNew();
        augmenter.Apply(images, streams);
        return watch.Elapsed.TotalMilliseconds;
    }
}
