// DICOM files of patients with several images each: split by patient, checked for leaks, evaluated by patient, and served with the same preparation.
//
//   dotnet run -c Release --project examples/DicomPatients                     makes a small archive by formula first (DicomArchive.cs)
//   dotnet run -c Release --project examples/DicomPatients -- FOLDER CLASS     your own: one sub-folder per class, files at any depth; CLASS is the positive one
//
using DicomPatients;
using Microsoft.ML;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Strategies;

var folder = args.Length > 0 ? args[0] : MakeArchive();
var mlContext = new MLContext(seed: 1);
var data = mlContext.Data.LoadDicomFolder(
    folder,
    new DicomLoadOptions
    {
        Preparation = new ImagePreparation([64, 64]) { Intensity = ImageIntensity.XRay },
        PositiveClassName = args.Length > 1 ? args[1] : DicomArchive.PositiveClassName,
        OnUnreadable = UnreadableImages.Skip,
    },
    out var report);
Console.WriteLine(report);
foreach (var skipped in report.Skipped)
{
    Console.WriteLine($"  left out: {skipped}");
}

// The patients are pseudonyms; no patient is on two sides.
var (train, validation, test) = mlContext.Data.StratifiedGroupSplit(data, groupColumnName: "Patient", testFraction: 0.25, validationFraction: 0.25, seed: 1);
mlContext.Data.CheckForLeaks(train, validation, test, "Patient");

using var model = mlContext.BinaryClassification.Trainers
    .TransferLearning(mlContext, TransferStrategy.Truncated("layer3.0"), maxEpochs: 6, validationSet: validation)
    .Fit(train);
var scored = model.Transform(test);
Console.WriteLine($"by image:   AUROC {mlContext.BinaryClassification.EvaluateMedical(scored, groupColumnName: "Patient").AreaUnderRocCurve}");
var byPatient = mlContext.BinaryClassification.EvaluateMedical(scored, groupColumnName: "Patient", options: new() { Aggregation = PatientAggregation.Mean });
Console.WriteLine($"by patient: AUROC {byPatient.AreaUnderRocCurve}");

mlContext.Model.Save(model, mlContext.Transforms.SelectColumns("Image").Fit(train).Transform(train).Schema, "dicom-model.zip");
var first = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !report.Skipped.Any(skipped => skipped.Path == file)).Order(StringComparer.Ordinal).First();
var pixels = ImagePreparation.FromModel("dicom-model.zip").Load(first);
Console.WriteLine($"A file as the model is to be given it: {pixels.Length} values from {pixels.Min():0} to {pixels.Max():0}");

static string MakeArchive()
{
    var archive = DicomArchive.Create(Path.Combine(Path.GetTempPath(), "truncatedtl-dicom-example"), patientsPerClass: 30, imagesPerPatient: 4);

    // What every archive has: a file whose name says more than its content.
    File.WriteAllText(Path.Combine(archive, DicomArchive.PositiveClassName, "notes.dcm"), "not a DICOM file");
    return archive;
}
