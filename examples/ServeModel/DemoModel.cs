using Microsoft.ML;
using ServeModel.Models;
using SkiaSharp;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Strategies;

namespace ServeModel;

/// <summary>A tiny model of images drawn by formula, with everything that a served model can have beside it, so that the service runs without any file.</summary>
internal static class DemoModel
{
    private const int Size = 64;
    private const string Positive = "malignant-like";

    /// <summary>Draws images, trains, calibrates, chooses a threshold, measures, and writes the zip, the weights, the notes and some images to try.</summary>
    /// <param name="path">Where the zip goes; its folder is made.</param>
    /// <param name="log">Told what happens.</param>
    /// <param name="imagesPerClass">Training images of each class.</param>
    /// <param name="epochs">Most passes over them.</param>
    public static void Create(string path, Action<string> log, int imagesPerClass = 150, int epochs = 10)
    {
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!).FullName;
        var images = Directory.CreateTempSubdirectory("truncatedtl-serve-images-").FullName;
        try
        {
            var context = new MLContext(seed: 1);
            log("Drawing images by formula ...");
            var first = 0;
            IDataView Draw(string name, int count)
            {
                var lesions = new FormulaLesionSource(new FormulaLesionOptions { Size = Size, FirstInstance = first, ImagesPerClass = count, Difficulty = 0.35f });
                first += count;
                var target = Path.Combine(images, name);
                WriteImages(lesions, (label, i) => Path.Combine(target, label, $"{i:0000}.png"));
                return context.Data.LoadImageFiles(target, new ImageLoadOptions
                {
                    Preparation = new ImagePreparation([Size, Size]) { Intensity = ImageIntensity.EightBit },
                    PositiveClassName = Positive,
                });
            }

            var (train, validation, calibration, test) = (Draw("train", imagesPerClass), Draw("validation", 60), Draw("calibration", 60), Draw("test", 100));
            log("Training ...");
            using var fitted = context.BinaryClassification.Trainers.TransferLearning(context, new TransferLearningBinaryTrainer.Options
            {
                Strategy = TransferStrategy.Truncated("layer3.0"),
                OutOfDistribution = new(),
                Training = new() { MaxEpochs = epochs, Seed = 1 },
                MetricsCallback = epoch => log($"  {epoch}"),
            }).Fit(train, validation);
            using var calibrated = fitted.Calibrate(calibration);
            using var model = calibrated.WithOperatingPoint(calibration, OperatingPoint.AtSensitivity(0.95));
            var figures = context.BinaryClassification.EvaluateMedical(model.Transform(test));
            model.SaveWeights(Path.ChangeExtension(path, ".safetensors"));
            Notes(imagesPerClass, figures).Write(Path.ChangeExtension(path, ".card.json"));
            WriteSamples(Path.Combine(folder, "samples"), first);

            // The zip comes last: a service that watches it finds everything else in place.
            context.Model.Save(model, context.Transforms.SelectColumns("Image").Fit(train).Transform(train).Schema, path);
            log(FormattableString.Invariant($"AUROC on 200 other images: {figures.AreaUnderRocCurve}"));
        }
        finally
        {
            Directory.Delete(images, recursive: true);
        }
    }

    private static ModelNotes Notes(int imagesPerClass, MedicalBinaryMetrics figures) => new()
    {
        Title = "Lesions drawn by formula",
        ClassNames = ["benign-like", Positive],
        TrainedOn = $"{imagesPerClass * 2} images drawn by formula, without any medical meaning. 120 others chose the epoch, 120 others the temperature and the threshold.",
        Evaluation = FormattableString.Invariant(
            $"200 other images: AUROC {figures.AreaUnderRocCurve}; sensitivity {figures.Sensitivity}; specificity {figures.Specificity}."),
        IntendedUse = "To show how a model is served. It knows nothing about patients.",
        Limits = "It answers every image. Those unlike its training images are flagged, those that are alike but wrong are not.",
    };

    private static void WriteSamples(string folder, int first)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        WriteImages(
            new FormulaLesionSource(new FormulaLesionOptions { Size = Size, FirstInstance = first, ImagesPerClass = 2, Difficulty = 0.35f }),
            (label, i) => Path.Combine(folder, $"{label}-{i + 1}.png"));
        var others = new FormulaImageSource(new FormulaImageOptions { Size = Size, Classes = 8, ImagesPerClass = 1, Families = FormulaFamilies.Waves, NoiseLevel = 0 });
        WriteImages(others, (label, _) => label == others.ClassNames[0] ? Path.Combine(folder, "something-else.png") : null);
    }

    // The path is asked for by class and by number within the class; images without one are left out.
    private static void WriteImages(LabelledImages source, Func<string, int, string?> pathOf)
    {
        var written = new int[source.ClassCount];
        var (height, width) = (source.SpatialShape[0], source.SpatialShape[1]);
        var pixels = new byte[source.ValuesPerImage];
        for (var i = 0; i < source.Count; i++)
        {
            var label = source.LabelOf(i);
            if (pathOf(source.ClassNames[label], written[label]++) is not { } path)
            {
                continue;
            }

            source.CopyImage(i, pixels);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque), pixels);
            using var png = image.Encode(SKEncodedImageFormat.Png, quality: 100);
            using var file = File.Create(path);
            png.SaveTo(file);
        }
    }
}
