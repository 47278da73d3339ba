using Microsoft.ML;
using SkiaSharp;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Strategies;
using Xunit;

namespace ServeModel.Tests;

/// <summary>Models that the tests serve, trained once.</summary>
public sealed class TrainedModels : IDisposable
{
    /// <summary>Names the folder for pictures of the page. They show the model of <c>--demo</c>; tests do with a hastier one.</summary>
    public const string ScreenshotVariable = "SERVE_SCREENSHOTS";

    public TrainedModels()
    {
        Folder = Directory.CreateTempSubdirectory("truncatedtl-serve-tests-").FullName;
        First = Path.Combine(Folder, "first", "model.zip");
        Second = Path.Combine(Folder, "second", "model.zip");
        if (Environment.GetEnvironmentVariable(ScreenshotVariable) is { Length: > 0 })
        {
            DemoModel.Create(First, _ => { });
        }
        else
        {
            DemoModel.Create(First, _ => { }, imagesPerClass: 40, epochs: 1);
        }

        DemoModel.Create(Second, _ => { }, imagesPerClass: 48, epochs: 1);
        Multiclass = Path.Combine(Folder, "multiclass.zip");
        Unprepared = Path.Combine(Folder, "unprepared.zip");
        TrainMulticlass();
    }

    public string Folder { get; }

    /// <summary>A yes-or-no model with weights, notes and samples beside it.</summary>
    public string First { get; }

    /// <summary>Another one.</summary>
    public string Second { get; }

    /// <summary>Three classes, no notes, no calibration, no out-of-distribution score; images of 24 x 32.</summary>
    public string Multiclass { get; }

    /// <summary>A model that does not come from files and so cannot say how they are prepared.</summary>
    public string Unprepared { get; }

    public string Sample(string name) => Path.Combine(Path.GetDirectoryName(First)!, "samples", name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void TrainMulticlass()
    {
        var images = Path.Combine(Folder, "images");
        for (var label = 0; label < 3; label++)
        {
            Directory.CreateDirectory(Path.Combine(images, $"grey{label}"));
            for (var i = 0; i < 8; i++)
            {
                using var bitmap = new SKBitmap(new SKImageInfo(32, 24, SKColorType.Gray8, SKAlphaType.Opaque));
                bitmap.Erase(new SKColor((byte)((label * 80) + i), (byte)((label * 80) + i), (byte)((label * 80) + i)));
                using var file = File.Create(Path.Combine(images, $"grey{label}", $"{i}.png"));
                bitmap.Encode(file, SKEncodedImageFormat.Png, quality: 100);
            }
        }

        var context = new MLContext(seed: 1);
        var options = new TransferLearningMulticlassTrainer.Options { Strategy = TransferStrategy.Truncated("layer1.0"), Training = new() { MaxEpochs = 1, Seed = 1 } };
        void Train(IDataView data, string path)
        {
            var keyed = context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
            using var model = context.MulticlassClassification.Trainers.TransferLearning(context, options).Fit(keyed);
            context.Model.Save(model, keyed.Schema, path);
        }

        Train(context.Data.LoadImageFiles(images, new ImageLoadOptions { Preparation = new ImagePreparation([24, 32]) }), Multiclass);
        Train(context.Data.LoadFromFormulaLesions(new FormulaLesionOptions { ImagesPerClass = 8, Size = 16, Classes = 3 }), Unprepared);
    }

    /// <summary>All tests share one, and run one after the other.</summary>
    [CollectionDefinition(nameof(TrainedModels))]
    public sealed class Collection : ICollectionFixture<TrainedModels>;
}
