// Weights of your own: pretrain a backbone on one task, save it with its card, start from the file on another, and see what was taken over.
//
//   dotnet run -c Release --project examples/BringYourWeights                          pretrains on images drawn by formula
//   dotnet run -c Release --project examples/BringYourWeights -- resnet18.pth          or takes a PyTorch checkpoint (torchvision's names) or .safetensors
//
// Expected output, in the last digits depending on the machine (the two intervals overlap: so small a pretraining proves nothing):
//   pretrained: best epoch 4 of 5, validation Auroc 0.8826; all 5 epochs were run. 6 s, 2400 images.
//   my-weights.safetensors: 120 tensors, backbone resnet18_w32, licence MIT
//   your weights: test AUROC 0.689 (95 % CI 0.611 to 0.757, DeLong)
//     Weights of 'my-weights.safetensors': 60 of 60 tensors matched, 0 adapted, 0 missing, 0 with another shape, 60 unexpected.
//   random: test AUROC 0.626 (95 % CI 0.546 to 0.699, DeLong)
//
using Microsoft.ML;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;

var mlContext = new MLContext(seed: 1);
var path = args.Length > 0 ? args[0] : "my-weights.safetensors";
if (args.Length == 0)
{
    var source = mlContext.Data.LoadFromFormulaImages(new FormulaImageOptions { Classes = 20, ImagesPerClass = 30, Size = 32 });
    var pretrained = mlContext.Pretrain(source, new PretrainingOptions
    {
        Backbone = BackboneNames.ResNet18Narrow,
        License = "MIT",
        Source = "drawn by formula",
        Training = new() { MaxEpochs = 5, Seed = 1 },
    });
    pretrained.Save(path);
    Console.WriteLine($"pretrained: {pretrained.Training}");
}

// The file is read without executing anything in it; what it says about itself decides backbone, input size and normalisation where nothing else is said.
var file = WeightsFile.Load(path);
var card = WeightsCard.FromMetadata(file.Metadata);
Console.WriteLine($"{Path.GetFileName(path)}: {file.Tensors.Count} tensors, backbone {card.Backbone ?? "not said"}, licence {card.License ?? "not said"}");

var lesions = new FormulaLesionOptions { ImagesPerClass = 80, Size = 32, Difficulty = 0.3f };
var train = mlContext.Data.LoadFromFormulaLesions(lesions, positiveClassName: "malignant-like");
var test = mlContext.Data.LoadFromFormulaLesions(lesions with { FirstInstance = 80, ImagesPerClass = 100 }, positiveClassName: "malignant-like");
foreach (var (name, weights) in new[] { ("your weights", PretrainedWeights.FromFile(path)), ("random", PretrainedWeights.Random) })
{
    using var model = mlContext.BinaryClassification.Trainers.TransferLearning(mlContext, new TransferLearningBinaryTrainer.Options
    {
        Backbone = card.Backbone ?? BackboneNames.ResNet18,
        Strategy = weights.IsPretrained ? TransferStrategy.Truncated("layer2.1") : TransferStrategy.FromScratch("layer2.1"),
        Weights = weights,
        InputSize = [32, 32],
        Training = new() { MaxEpochs = 8, Seed = 1 },
    }).Fit(train);
    Console.WriteLine($"{name}: test AUROC {mlContext.BinaryClassification.EvaluateMedical(model.Transform(test)).AreaUnderRocCurve}");
    if (model.WeightsReport is { } report)
    {
        Console.WriteLine($"  {report.ToString().Split('\n')[0]}");
    }
}
