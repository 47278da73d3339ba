using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Tests.Explanations;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>How often the maximum of a map lies in the blob that decides on the class, for every family of backbones.</summary>
internal static class GradCamBenchmark
{
    private static readonly BlobTask[] Tasks =
    [
        new(BackboneNames.ResNet18Narrow, "layer2.0", [48, 48]),
        new(BackboneNames.ResNet18, "layer3.0", [64, 64]),
        new(BackboneNames.DenseNet121, "denseblock1", [48, 48]),
        new(BackboneNames.MobileNetV2, "features.4", [48, 48]),
        new(BackboneNames.EfficientNetB0, "features.3", [48, 48]),
        new(BackboneNames.ResNet10VolumeNarrow, "layer1.0", [24, 24, 24]),
        new(BackboneNames.R3D18, "layer1.0", [16, 24, 24]),
        new(BackboneNames.DenseNet121Volume, "denseblock1.denselayer2", [24, 24, 24]),
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
        Write($"seventh of the shortest side in radius, anywhere. {images} test images with a blob a row; a map counts when its maximum lies inside the blob.");
        Write($"Networks are trained from scratch on {Tasks[0].TrainingImages} images. \"Untrained\" is the same network with its random weights.");
        Write($"");
        Write($"| network | input | recognised | Grad-CAM in the blob | occlusion in the blob | Grad-CAM, untrained | training |");
        Write($"|---|---|---|---|---|---|---|");
        foreach (var task in Tasks.Where(task => only is null || task.Backbone == only))
        {
            var watch = Stopwatch.StartNew();
            using var trained = task.Train(task.Epochs);
            var seconds = watch.Elapsed.TotalSeconds;
            using var untrained = task.Train(epochs: 0);
            var gradCam = task.Measure(images, image => trained.GradCam(image, new GradCamOptions { ClassName = "blob" }));
            var occluded = Math.Min(images, 40);
            var patch = Array.ConvertAll(task.Spatial, _ => Math.Max(2, task.Spatial.Min() / 5));
            var occlusion = task.Measure(occluded, image => trained.Occlusion(image, new OcclusionOptions { ClassName = "blob", PatchSize = patch }));
            var control = task.Measure(images, image => untrained.GradCam(image, new GradCamOptions { ClassName = "blob" }));
            Write($"| {task.Backbone}, {task.Cut} | {string.Join(" x ", task.Spatial)} | {gradCam.Recognised:P1} | {gradCam.Inside:P1} | {occlusion.Inside:P1} of {occluded} | {control.Inside:P1} | {seconds:0} s |");
        }

        if (output is not null)
        {
            File.WriteAllText(output, table.ToString());
        }
    }
}
