// Twenty lines from images to a saved model, with no file and no download: the images are drawn by formula, the weights are those inside the package.
//
//   dotnet run -c Release --project examples/QuickStart
//
// Expected output, in the last digits depending on the machine:
//   best epoch 5 of 10, validation Auroc 0.9504; all 10 epochs were run. 7 s, 2000 images.
//   100 rows, 50 'malignant-like'; decision: the model's own
//     AUROC              0.963 (95 % CI 0.914 to 0.985, DeLong)
//     AUPRC              0.970 (95 % CI 0.931 to 0.987, logit)
//   ...
//   model.zip: 1.5 MB, 400,737 parameters
//
// The threshold of .5 is a poor one here: see CalibrateAndDeploy.
//
using Microsoft.ML;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Strategies;

var mlContext = new MLContext(seed: 1);
IDataView data = mlContext.Data.LoadFromFormulaLesions(new FormulaLesionOptions { ImagesPerClass = 200, Size = 64, Difficulty = 0.4f }, positiveClassName: "malignant-like");
var (train, validation, test) = mlContext.Data.StratifiedGroupSplit(data, testFraction: 0.25, validationFraction: 0.25, seed: 1);

var trainer = mlContext.BinaryClassification.Trainers.TransferLearning(
    mlContext, TransferStrategy.Truncated("layer3.0"), maxEpochs: 10, validationSet: validation);

using var model = trainer.Fit(train);
Console.WriteLine(model.Training);
Console.WriteLine(mlContext.BinaryClassification.EvaluateMedical(model.Transform(test)));
mlContext.Model.Save(model, train.Schema, "model.zip");
Console.WriteLine($"model.zip: {new FileInfo("model.zip").Length / 1e6:0.0} MB, {model.ParameterCount:N0} parameters");
