using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Imaging.Dicom;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Loading;

/// <summary>The programs of docs/your-data.md, on small files, with one epoch.</summary>
[Collection(TruncatedTL.MLNet.Tests.Training.TorchCollection.Name)]
public sealed class YourDataTests : IDisposable
{
    private const int Size = 24;

    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_with_one_sub_folder_per_class()
    {
        for (var i = 0; i < 20; i++)
        {
            var grey = Enumerable.Range(0, Size * Size).Select(p => 20000 + (i % 2 * 20000) + (p * 7919 % 9000)).ToArray();
            _folder.Write($"{(i % 2 == 0 ? "normal" : "pneumonia")}/{i}.png", PngWriter.Write(Size, Size, 16, PngWriter.Grey, grey));
        }

        var options = new ImageLoadOptions { Preparation = new ImagePreparation([Size, Size]) { Intensity = ImageIntensity.XRay }, PositiveClassName = "pneumonia" };
        var data = _context.Data.LoadImageFiles(_folder.FullName, options, out var report);
        Assert.Equal((20, 0), (report.Loaded, report.Skipped.Count));
        var (train, test) = _context.Data.StratifiedGroupSplit(data, testFraction: 0.2, seed: 1);
        Assert.NotNull(_context.Data.FindDuplicates(train, null, test));
        using var model = Fit("layer1.0", train, validation: null);
        Assert.Contains("AUROC", _context.BinaryClassification.EvaluateMedical(model.Transform(test)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void DICOM_with_patients()
    {
        var labels = new StringBuilder("key,label\n");
        for (var i = 0; i < 30; i++)
        {
            var patient = i / 3;
            var pixels = Enumerable.Range(0, Size * Size).Select(p => (short)(1000 + (patient % 2 * 150) + (((p * 31) + i) % 97))).ToArray();
            _folder.Write(string.Create(CultureInfo.InvariantCulture, $"archive/{patient}/{i}.dcm"), DicomWriter.Grey(Size, Size, pixels)
                .Text(0x0010_0020, "LO", $"P{patient}").Text(0x0020_000D, "UI", $"1.2.{patient}").Numbers(0x0028_1052, -1024).Numbers(0x0028_1053, 1)
                .ToArray());
            _ = i % 3 == 0 ? labels.Append(CultureInfo.InvariantCulture, $"1.2.{patient},{(patient % 2 == 0 ? "benign" : "malignant")}\n") : labels;
        }

        _folder.Write("labels.csv", Encoding.UTF8.GetBytes(labels.ToString()));
        var options = new DicomLoadOptions
        {
            Preparation = new ImagePreparation([Size, Size]) { Intensity = ImageIntensity.FileWindow(fallback: ImageIntensity.CtSoftTissue) },
            LabelTable = _folder.PathOf("labels.csv"),
            LabelTableKey = DicomLabelKey.Study,
            PositiveClassName = "malignant",
        };
        var data = _context.Data.LoadDicomFolder(_folder.PathOf("archive"), options);
        var (train, validation, test) = _context.Data.StratifiedGroupSplit(data, groupColumnName: "Patient", testFraction: 0.2, validationFraction: 0.2, seed: 1);
        _context.Data.CheckForLeaks(train, validation, test, "Patient");
        Assert.Equal(2, test.GetColumn<string>("Patient").Distinct().Count());
        using var model = Fit("layer1.0", train, validation);
        Assert.Contains("patients", _context.BinaryClassification.EvaluateMedical(model.Transform(test), groupColumnName: "Patient").ToString(), StringComparison.Ordinal);

        _context.Model.Save(model, train.Schema, _folder.PathOf("model.zip"));
        var pixelsServed = ImagePreparation.FromModel(_folder.PathOf("model.zip")).Load(_folder.PathOf("archive/0/0.dcm"));
        var row = data.GetColumn<string>("ImagePath").ToList().FindIndex(path => path.EndsWith("0.dcm", StringComparison.Ordinal) && path.Contains("archive/0/", StringComparison.Ordinal));
        Assert.Equal(data.GetColumn<float[]>("Image").ElementAt(row), pixelsServed);
    }

    [Fact]
    public void NIfTI_volumes()
    {
        var table = new StringBuilder("path,label,subject\n");
        for (var i = 0; i < 16; i++)
        {
            var bytes = Enumerable.Range(0, 20 * 18 * 16).Select(v => (byte)((v * 37 % 90) + (i % 2 * 120))).ToArray();
            _folder.Write($"v{i}.nii", new NiftiWriter { Dimensions = [20, 18, 16], AffineCode = 1 }.Write(bytes));
            table.Append(CultureInfo.InvariantCulture, $"v{i}.nii,{(i % 2 == 0 ? "control" : "case")},s{i / 2 * 2 + (i % 2)}\n");
        }

        var options = new ImageTableOptions
        {
            Preparation = new ImagePreparation([16, 16, 16]) { SpacingMillimetres = [2, 2, 2], ReorientToRas = true, Intensity = ImageIntensity.MagneticResonance },
            PatientHeader = "subject",
            PositiveClassName = "case",
        };
        var data = _context.Data.LoadImagesFromTable(_folder.Write("volumes.csv", Encoding.UTF8.GetBytes(table.ToString())), options);
        var (train, test) = _context.Data.StratifiedGroupSplit(data, groupColumnName: "Patient", testFraction: 0.25, seed: 1);
        using var model = Fit("layer1.0", train, validation: null, backbone: "resnet10_3d_w32");
        Assert.Equal(4, model.PredictProbabilities(test).Count);
    }

    [Fact]
    public void A_table_with_a_published_split()
    {
        var table = new StringBuilder("path,label,patient,split\n");
        for (var i = 0; i < 36; i++)
        {
            var colours = Enumerable.Range(0, Size * Size * 3).Select(p => (i % 3 * 70) + (((p * 7) + i) % 60)).ToArray();
            _folder.Write($"{i}.png", PngWriter.Write(Size, Size, 8, PngWriter.Rgb, colours));
            table.Append(CultureInfo.InvariantCulture, $"{i}.png,grade {i % 3},p{i},{(i < 18 ? "train" : i < 27 ? "val" : "test")}\n");
        }

        var options = new ImageTableOptions
        {
            Preparation = new ImagePreparation([Size, Size], channels: 3) { Intensity = ImageIntensity.EightBit },
            PatientHeader = "patient",
            SplitHeader = "split",
        };
        var data = _context.Data.LoadImagesFromTable(_folder.Write("images.csv", Encoding.UTF8.GetBytes(table.ToString())), options);
        var published = _context.Data.SplitByColumn(data, "Split");
        _context.Data.CheckForLeaks(published, "Patient");
        var key = _context.Transforms.Conversion.MapValueToKey("Label").Fit(published.TrainSet);
        using var model = _context.MulticlassClassification.Trainers
            .TransferLearning(_context, TransferStrategy.Truncated("layer1.0"), maxEpochs: 1, validationSet: key.Transform(published.ValidationSet!))
            .Fit(key.Transform(published.TrainSet));
        Assert.Equal(3, model.ClassNames.Count);
        Assert.Contains("grade 1", _context.MulticlassClassification.EvaluateMedical(model.Transform(key.Transform(published.TestSet))).ToString(), StringComparison.Ordinal);
    }

    private TransferLearningTransformer Fit(string cut, IDataView train, IDataView? validation, string? backbone = null) => _context.BinaryClassification.Trainers
        .TransferLearning(_context, TransferStrategy.Truncated(cut), backbone: backbone, maxEpochs: 1, validationSet: validation)
        .Fit(train);
}
