using System.CommandLine;
using Microsoft.ML;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// Makes the bundled weights again: pretrains a narrow backbone on images or volumes drawn by formula. The recipe is this file; the seed and the
/// machine decide on the bytes.
/// </summary>
internal static class BundleCommand
{
    private const int ImageSize = 64;
    private const int VolumeSize = 32;

    // Most medical images are grey, but skin and tissue are not.
    private const float GreyShare = 0.6f;

    // Grey values lie around the middle of their range; the same constants for all channels mean the same for grey images.
    private static readonly PixelNormalization Normalization = new(255, [0.5], [0.25]);

    public static Command Command()
    {
        var backbone = new Option<string>("--backbone") { Description = "resnet18_w32 or resnet10_3d_w32", DefaultValueFactory = _ => BackboneNames.ResNet18Narrow };
        var classes = new Option<int>("--classes") { Description = "formulas", DefaultValueFactory = _ => 600 };
        var instances = new Option<int>("--instances") { Description = "images of each formula", DefaultValueFactory = _ => 80 };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 9 };
        var threads = new Option<int?>("--threads") { Description = "threads to train with; all cores unless told otherwise" };
        var output = new Option<string>("--output") { Required = true };
        var command = new Command("bundle", "pretrains the weights that travel inside the package") { backbone, classes, instances, epochs, threads, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(backbone),
            result.GetRequiredValue(classes),
            result.GetRequiredValue(instances),
            result.GetRequiredValue(epochs),
            result.GetValue(threads),
            result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(string backbone, int classes, int instances, int epochs, int? threads, string output)
    {
        // An hour of training must not end at a folder that is not there.
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
        var context = new MLContext(seed: 1);
        var isVolume = Backbone.Create(backbone).SpatialRank == 3;
        var validationInstances = Math.Max(1, instances / 20);
        var options = new PretrainingOptions
        {
            Backbone = backbone,
            Normalization = Normalization,
            License = "MIT",
            Source = isVolume
                ? $"Volumes drawn by formula: {classes} formulas, {VolumeSize} voxels a side (FormulaVolumeSource, seed 1)"
                : $"Images drawn by formula: {classes} formulas, {ImageSize} pixels a side, {GreyShare:P0} of them grey (FormulaImageSource, seed 1)",
            ValidationSet = Load(context, isVolume, classes, instances, validationInstances),
            MetricsCallback = metrics => Console.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {metrics}"),
        };
        options.Training.Seed = 1;
        options.Training.MaxEpochs = epochs;
        options.Training.NumberOfThreads = threads;
        options.Training.EarlyStopping.Metric = ValidationMetric.Accuracy;
        options.Training.Augmentation = new AugmentationOptions { CropScaleMinimum = 0.5, VerticalFlip = 0.5 };

        var pretrained = context.Pretrain(Load(context, isVolume, classes, firstInstance: 0, instances), options);
        pretrained.Save(output);
        Console.WriteLine($"{pretrained.Training}\n{output}: {new FileInfo(output).Length / 1e6:0.0} MB");
    }

    private static IDataView Load(MLContext context, bool isVolume, int classes, int firstInstance, int instances) => isVolume
        ? context.Data.LoadFromFormulaVolumes(new FormulaVolumeOptions { Classes = classes, FirstInstance = firstInstance, InstancesPerClass = instances, Size = VolumeSize })
        : context.Data.LoadFromFormulaImages(new FormulaImageOptions
        {
            Classes = classes,
            FirstInstance = firstInstance,
            ImagesPerClass = instances,
            Size = ImageSize,
            Channels = 3,
            GreyProbability = GreyShare,
        });
}
