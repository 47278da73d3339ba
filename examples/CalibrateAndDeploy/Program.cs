// From a fitted model to a decision in another program: calibration, a threshold for a wanted sensitivity, a warning of images unlike those of training, all inside
// the zip; then the zip is used by ML.NET alone, and as ONNX.
//
//   dotnet run -c Release --project examples/CalibrateAndDeploy
//
// Expected output, in the last digits depending on the machine:
//   temperature 2.060 from 200 validation rows: log-loss 0.519 to 0.438, ECE 0.167 to 0.137
//   sensitivity of at least 0.95: score above -1.5103 (probability 0.1809), sensitivity 0.950 (95 % CI 0.888 to 0.978, Wilson) of 100, specificity 0.700 (95 % CI 0.604 to 0.781, Wilson) of 100
//   as trained   sensitivity 0.607, specificity 0.947, log-loss 0.531, ECE 0.171
//   deployed     sensitivity 0.933, specificity 0.760, log-loss 0.443, ECE 0.154
//     benign-like    0.114
//     malignant-like 0.539
//     benign-like    0.125
//     truncatedtl.calibration.method = Temperature
//     ...
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Strategies;

var mlContext = new MLContext(seed: 1);
var lesions = new FormulaLesionOptions { Size = 64, Difficulty = 0.6f };
IDataView Draw(int first, int count) =>
    mlContext.Data.LoadFromFormulaLesions(lesions with { FirstInstance = first, ImagesPerClass = count }, positiveClassName: "malignant-like");
var (train, validation, calibration, test) = (Draw(0, 150), Draw(150, 60), Draw(210, 100), Draw(310, 150));

using var fitted = mlContext.BinaryClassification.Trainers.TransferLearning(mlContext, new TransferLearningBinaryTrainer.Options
{
    Strategy = TransferStrategy.Truncated("layer3.0"),
    OutOfDistribution = new() { Quantile = 0.95 },
    Training = new() { MaxEpochs = 8, Seed = 1 },
}).Fit(train, validation);

// Rows that chose nothing in training.
using var calibrated = fitted.Calibrate(calibration);
using var model = calibrated.WithOperatingPoint(calibration, OperatingPoint.AtSensitivity(0.95));
Console.WriteLine(model.Calibration);
Console.WriteLine(model.OperatingPoint);

void Show(string name, TransferLearningTransformer transformer)
{
    var metrics = mlContext.BinaryClassification.EvaluateMedical(transformer.Transform(test));
    Console.WriteLine($"{name,-12} sensitivity {metrics.Sensitivity.Value:0.000}, specificity {metrics.Specificity.Value:0.000}, log-loss {metrics.LogLoss.Value:0.000}, ECE {metrics.CalibrationErrorEqualMass.Value:0.000}");
}

Show("as trained", fitted);
Show("deployed", model);
mlContext.Model.Save(model, train.Schema, "deployed.zip");
model.SaveOnnx("deployed.onnx");

// From here on nothing of this library is needed; examples/PredictOnly is a whole program without it.
var served = new MLContext().Model.Load("deployed.zip", out _);
var scored = served.Transform(test);
var decisions = scored.GetColumn<bool>("PredictedLabel").Zip(scored.GetColumn<float>("Probability"), scored.GetColumn<bool>("IsOutOfDistribution")).Take(3);
foreach (var (isPositive, probability, isUnlike) in decisions)
{
    Console.WriteLine($"  {(isPositive ? "malignant-like" : "benign-like"),-14} {probability:0.000}{(isUnlike ? ", unlike the training images" : string.Empty)}");
}

// What the file says about itself, without loading it.
foreach (var (key, value) in ModelMetadata.Read("deployed.zip").Where(fact => fact.Key.Contains("calibration") || fact.Key.Contains("operatingPoint") || fact.Key.Contains("strategy")))
{
    Console.WriteLine($"  {key} = {value}");
}
