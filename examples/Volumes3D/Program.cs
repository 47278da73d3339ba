// Volumes: a 3D network starts from weights of volumes, or from weights of images that are inflated, and shows where it looked.
//
//   dotnet run -c Release --project examples/Volumes3D
//
// Expected output, in the last digits depending on the machine:
//   bundled weights of volumes: best epoch 4 of 4, validation Auroc 1.0000; all 4 epochs were run. 3 s, 300 images.
//     test: macro AUROC 0.987 (95 % CI 0.945 to 0.999, bootstrap BCa), accuracy 0.911 (95 % CI 0.793 to 0.965, Wilson)
//     GradCam at layer2.0: fractals 0 0.495, maximum at (14, 14, 14); volume.png shows its slices
//   from scratch: best epoch 4 of 4, validation Auroc 0.8100; all 4 epochs were run. 1 s, 300 images.
//     test: macro AUROC 0.665 (95 % CI 0.554 to 0.782, bootstrap BCa), accuracy 0.378 (95 % CI 0.251 to 0.524, Wilson)
//
using Microsoft.ML;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;

var mlContext = new MLContext(seed: 1);

// 1 x 24 x 24 x 24. For your own: LoadImageFiles and LoadImagesFromTable with a preparation of three lengths, LoadDicomFolder with Rows = DicomRows.Series.
var data = mlContext.Data.LoadFromFormulaVolumes(new FormulaVolumeOptions { Classes = 3, InstancesPerClass = 50, Size = 24 });
var keyed = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
var (train, validation, test) = mlContext.Data.StratifiedGroupSplit(keyed, testFraction: 0.3, validationFraction: 0.2, seed: 1);

foreach (var (name, strategy, weights) in new (string, TransferStrategy, PretrainedWeights)[]
{
    ("bundled weights of volumes", TransferStrategy.Truncated("layer2.0"), PretrainedWeights.Bundled),
    ("from scratch", TransferStrategy.FromScratch("layer2.0"), PretrainedWeights.Random),
})
{
    using var model = mlContext.MulticlassClassification.Trainers.TransferLearning(mlContext, new TransferLearningMulticlassTrainer.Options
    {
        Backbone = BackboneNames.ResNet10VolumeNarrow,
        Strategy = strategy,
        Weights = weights,
        Training = new() { MaxEpochs = 4, Seed = 1 },
    }).Fit(train, validation!);
    var metrics = mlContext.MulticlassClassification.EvaluateMedical(model.Transform(test));
    Console.WriteLine($"{name}: {model.Training}");
    Console.WriteLine($"  test: macro AUROC {metrics.Macro.AreaUnderRocCurve}, accuracy {metrics.Accuracy}");
    if (weights == PretrainedWeights.Bundled)
    {
        using var explainer = model.CreateExplainer();
        var explanation = explainer.GradCam(test, "Image", row: 0);
        explanation.SaveOverlayPng("volume.png");
        Console.WriteLine($"  {explanation}; volume.png shows its slices");
    }
}
