using System.CommandLine;
using Microsoft.ML;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Draws the picture of docs/explanations.md: images, Grad-CAM and occlusion of a network trained on lesions by formula.</summary>
internal static class GradCamFigure
{
    private const int Shown = 3;

    private static readonly FormulaLesionOptions Lesions = new() { Classes = 3, ImagesPerClass = 120, Difficulty = 0.2f };

    public static Command Command()
    {
        var output = new Option<string>("--output") { DefaultValueFactory = _ => "docs/images/grad-cam.png" };
        var command = new Command("grad-cam-figure", "draws explanations of images made by formula") { output };
        command.SetAction(result => Run(result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(string output)
    {
        var context = new MLContext(seed: 1);
        var trainer = context.MulticlassClassification.Trainers.TransferLearning(context, new TransferLearningMulticlassTrainer.Options
        {
            LabelColumnName = "Key",
            Backbone = BackboneNames.ResNet18Narrow,
            Strategy = TransferStrategy.FromScratch("layer2.1"),
            Weights = PretrainedWeights.Random,
            InputSize = [64, 64],
            Training = new TrainingOptions { MaxEpochs = 8, BatchSize = 16, Augmentation = AugmentationOptions.ForUltrasound() },
        });
        using var model = context.Transforms.Conversion.MapValueToKey("Key", "Label").Append(trainer).Fit(context.Data.LoadFromFormulaLesions(Lesions)).LastTransformer;
        using var explainer = model.CreateExplainer();

        var test = new FormulaLesionSource(Lesions with { FirstInstance = 500, ImagesPerClass = Shown });
        var rows = Enumerable.Range(0, test.Count).Where(i => test.LabelOf(i) > 0).Take(2 * Shown).Select(i => Row(explainer, test, i)).Chunk(2).ToArray();
        var (width, height) = (rows[0].Sum(part => part.Width), rows.Sum(row => row[0].Height));
        var picture = new byte[3 * width * height];
        var line = 0;
        foreach (var row in rows)
        {
            for (var y = 0; y < row[0].Height; y++, line++)
            {
                var start = 3 * width * line;
                foreach (var part in row)
                {
                    part.Pixels.AsSpan(3 * part.Width * y, 3 * part.Width).CopyTo(picture.AsSpan(start));
                    start += 3 * part.Width;
                }
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
        PngFile.Write(output, picture, width, height);
    }

    // The image, Grad-CAM and occlusion side by side.
    private static (byte[] Pixels, int Width, int Height) Row(ImageExplainer explainer, FormulaLesionSource test, int index)
    {
        var pixels = new float[test.ValuesPerImage];
        test.CopyImage(index, pixels);
        var name = test.ClassNames[test.LabelOf(index)];
        var gradCam = explainer.GradCam(pixels, new GradCamOptions { ClassName = name });
        var occlusion = explainer.Occlusion(pixels, new OcclusionOptions { ClassName = name });
        Console.WriteLine($"{name}: {gradCam}");
        var left = new OverlayPicture(pixels, isByte: true, gradCam.Shape, gradCam.Map, new OverlayOptions { ShowsImage = true });
        var right = new OverlayPicture(pixels, isByte: true, occlusion.Shape, occlusion.Map, new OverlayOptions());
        var (first, second) = (left.Draw(gradCam.MaximumPosition), right.Draw(occlusion.MaximumPosition));
        var lines = Enumerable.Range(0, left.Height).SelectMany(y =>
            first[(3 * left.Width * y)..(3 * left.Width * (y + 1))].Concat(second[(3 * right.Width * y)..(3 * right.Width * (y + 1))]));
        return ([.. lines], left.Width + right.Width, left.Height);
    }
}
