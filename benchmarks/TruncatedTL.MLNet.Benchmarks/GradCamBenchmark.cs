using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Explanations;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>How often the maximum of a map lies in the blob that decides on the class, for every family of backbones.</summary>
internal static class GradCamBenchmark
{
    private static readonly BlobTask[] Tasks =
    [
        new(BackboneNames.ResNet18Narrow, "layer1.0", [48, 48]),
        new(BackboneNames.DenseNet121, "denseblock1.denselayer3", [48, 48]),
        new(BackboneNames.MobileNetV2, "features.3", [48, 48]),
        new(BackboneNames.EfficientNetB0, "features.2", [48, 48]),
        new(BackboneNames.ResNet10VolumeNarrow, "stem", [24, 24, 24]) { Head = HeadPooling.AverageAndMax },
        new(BackboneNames.R3D18, "stem", [16, 24, 24]) { Head = HeadPooling.AverageAndMax },
        new(BackboneNames.DenseNet121Volume, "denseblock1.denselayer1", [24, 24, 24]) { Head = HeadPooling.AverageAndMax },
    ];

    public static Command Command()
    {
        var images = new Option<int>("--images") { Description = "test images with a blob", DefaultValueFactory = _ => 200 };
        var only = new Option<string?>("--only") { Description = "the backbone of this name alone" };
        var output = new Option<string?>("--output") { Description = "the file of the table" };
        var command = new Command("grad-cam", "counts how often an explanation points at what decides on the class") { images, only, output };
        command.SetAction(result => Run(result.GetRequiredValue(images), result.GetValue(only), result.GetValue(output)));
        return command;
    }

    private static void Run(int images, string? only, string? output)
    {
        TorchRuntime.EnsureLoaded();
        var table = new StringBuilder();
        void Write(FormattableString line)
        {
            var text = line.ToString(CultureInfo.InvariantCulture);
            Console.WriteLine(text);
            table.AppendLine(text);
        }

        Write($"# Do explanations point at what decides on the class?");
        Write($"");
        Write($"Made by `benchmarks -- grad-cam`: images with noise, a slope of brightness and dark blobs; the class is whether there is a bright blob, of a");
        Write($"fifth of the shortest side in radius, anywhere. {images} test images with a blob a row; a map counts when its maximum lies inside the blob.");
        Write($"Networks are trained from scratch on {Tasks[0].TrainingImages} images. \"Untrained\" is the same network with its random weights.");
        Write($"");
        Write($"| network | head | input | recognised | Grad-CAM in the blob | occlusion in the blob | Grad-CAM, untrained | training |");
        Write($"|---|---|---|---|---|---|---|---|");
        foreach (var task in Tasks.Where(task => only is null || task.BackboneName == only))
        {
            var watch = Stopwatch.StartNew();
            using var trained = task.Train(task.Epochs);
            var seconds = watch.Elapsed.TotalSeconds;
            using var untrained = task.Train(epochs: 0);
            var gradCam = task.Measure(images, image => trained.GradCam(image, new GradCamOptions { ClassName = "blob" }));
            var isVolume = task.Spatial.Length == 3;
            var occluded = Math.Min(images, isVolume ? 10 : 20);
            var patch = Array.ConvertAll(task.Spatial, _ => task.Spatial.Min() / (isVolume ? 4 : 5));
            var occlusion = task.Measure(occluded, image => trained.Occlusion(image, new OcclusionOptions { ClassName = "blob", PatchSize = patch }));
            var control = task.Measure(images, image => untrained.GradCam(image, new GradCamOptions { ClassName = "blob" }));
            Write($"| {task.BackboneName}, {task.Cut} | {task.Head} | {string.Join(" x ", task.Spatial)} | {gradCam.Recognised:P1} | {gradCam.Inside:P1} | {occlusion.Inside:P1} of {occluded} | {control.Inside:P1} | {seconds:0} s |");
        }

        if (output is not null)
        {
            File.WriteAllText(output, table.ToString());
        }
    }
}
