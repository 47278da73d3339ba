using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Splitting;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Tests.Imaging.Dicom;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using Xunit;
using Xunit.Abstractions;

namespace TruncatedTL.MLNet.Tests.Splitting;

/// <summary>Nothing that identifies a patient gets into what the library writes: models, weights, logs, messages of exceptions.</summary>
public sealed class PrivacyTests(ITestOutputHelper output)
{
    // Both halves are looked for, so that a cut or joined identifier is found too.
    private static readonly string[] s_marks = ["QXZVIDENT", "7730219845"];

    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData("Patient")]
    [InlineData("PatientNumber")]
    public void Models_weights_and_logs_hold_no_identifier(string groupColumnName)
    {
        using var folder = new TemporaryFolder();
        var log = new StringBuilder();
        _context.Log += (_, e) => log.AppendLine(e.Message).AppendLine(e.RawMessage);
        var data = Identified(8);
        var split = _context.Data.StratifiedGroupSplit(data, "Positive", groupColumnName, testFraction: 0.25);
        log.AppendLine(split.Partition!.ToString());
        log.AppendLine(_context.Data.FindDuplicates(data, null, split.TestSet).ToString());
        using var model = Trainers.Binary(_context, o => o.GroupColumnName = groupColumnName).Fit(split.TrainSet);
        var scored = model.Transform(split.TestSet);
        _context.BinaryClassification.Evaluate(scored, "Positive");

        _context.Model.Save(model, split.TrainSet.Schema, folder.PathOf("model.zip"));
        model.SaveOnnx(folder.PathOf("model.onnx"));
        model.SaveWeights(folder.PathOf("model.safetensors"));
        File.WriteAllText(folder.PathOf("log.txt"), log.ToString());

        var files = Directory.GetFiles(folder.FullName, "*", SearchOption.AllDirectories);
        Assert.Equal(4, files.Length);
        Assert.Contains("training", log.ToString());
        Assert.All(files, file => Assert.False(HoldsIdentifier(File.ReadAllBytes(file)), Path.GetFileName(file)));
        output.WriteLine($"{files.Sum(file => new FileInfo(file).Length):N0} bytes in {string.Join(", ", files.Select(Path.GetFileName))}, {log.Length:N0} characters of log");
    }

    [Fact]
    public void A_DICOM_experiment_leaves_no_identifier_behind()
    {
        using var archive = new TemporaryFolder();
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 24; i++)
        {
            var pixels = Enumerable.Range(0, 16 * 16).Select(p => (short)(100 + (i / 3 % 2 * 60) + (((p * 31) + i) % 50))).ToArray();
            archive.Write($"{(i / 3 % 2 == 0 ? "benign" : "malignant")}/QXZVIDENT-{i}.dcm", DicomWriter.Grey(16, 16, pixels)
                .Text(0x0010_0010, "PN", "QXZVIDENT^JANE").Text(0x0010_0020, "LO", $"QXZVIDENT{i / 3}").Text(0x0010_0030, "DA", "7730219845")
                .Text(0x0008_0050, "SH", "7730219845").Text(0x0020_000D, "UI", $"1.2.7730219845.{i / 3}").Text(0x0020_000E, "UI", $"1.2.7730219845.{i}").ToArray());
        }

        var log = new StringBuilder();
        _context.Log += (_, e) => log.AppendLine(e.Message).AppendLine(e.RawMessage);
        var options = new DicomLoadOptions { Preparation = new ImagePreparation([16, 16]) { Intensity = ImageIntensity.XRay }, PositiveClassName = "malignant" };
        var data = _context.Data.LoadDicomFolder(archive.FullName, options, out var report);
        log.AppendLine(report.ToString());
        var (train, test) = _context.Data.StratifiedGroupSplit(data, groupColumnName: "Patient", testFraction: 0.25);
        log.AppendLine(_context.Data.FindDuplicates(train, null, test).ToString());
        Assert.Equal(8, data.GetColumn<string>("Patient").Distinct().Count());
        using var model = Trainers.Binary(_context, o => (o.LabelColumnName, o.GroupColumnName) = ("Label", "Patient")).Fit(train);
        log.AppendLine(_context.BinaryClassification.EvaluateMedical(model.Transform(test), groupColumnName: "Patient").ToString());
        var leak = Assert.Throws<DataLeakageException>(() => _context.Data.CheckForLeaks(train, null, data, "Patient"));
        log.AppendLine(leak.ToString());

        // The whole schema, patients and paths included.
        _context.Model.Save(model, train.Schema, folder.PathOf("model.zip"));
        model.SaveOnnx(folder.PathOf("model.onnx"));
        model.SaveWeights(folder.PathOf("model.safetensors"));
        File.WriteAllText(folder.PathOf("preparation.json"), ImagePreparation.FromModel(folder.PathOf("model.zip")).ToJson());
        AugmentationPreview.SavePng(folder.PathOf("preview.png"), train, "Image", new AugmentationOptions(), rows: 2, columns: 3, seed: 1);
        File.WriteAllText(folder.PathOf("log.txt"), log.ToString());

        var files = Directory.GetFiles(folder.FullName);
        Assert.Equal(6, files.Length);
        Assert.All(files, file => Assert.False(HoldsIdentifier(File.ReadAllBytes(file)), Path.GetFileName(file)));
        Assert.True(HoldsIdentifier(File.ReadAllBytes(Directory.GetFiles(archive.PathOf("benign"))[0])));
        output.WriteLine($"{files.Sum(file => new FileInfo(file).Length):N0} bytes in {string.Join(", ", files.Select(Path.GetFileName))}, {log.Length:N0} characters of log");
    }

    [Theory]
    [InlineData("Patient")]
    [InlineData("PatientKey")]
    public void A_comparison_of_strategies_leaves_no_identifier_in_its_folder(string groupColumnName)
    {
        using var folder = new TemporaryFolder();
        var rows = _context.Transforms.Conversion.MapValueToKey("PatientKey", "Patient").Fit(Identified(24)).Transform(Identified(24));
        var path = folder.PathOf("experiment");
        using var result = _context.BinaryClassification.CreateTransferLearningExperiment(_context, new BinaryExperimentSettings
        {
            WorkingFolder = path,
            Cuts = ["layer1.0"],
            Search = SearchMethod.Exhaustive(),
            Folds = 2,
            Trainer = new TransferLearningBinaryTrainer.Options
            {
                LabelColumnName = "Positive",
                GroupColumnName = groupColumnName,
                InputSize = [16, 16],
                Training = new TrainingOptions { MaxEpochs = 1, BatchSize = 8, Augmentation = null },
            },
        }).Execute(rows, testData: rows);

        var files = Directory.GetFiles(path, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => file.EndsWith("report.html", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith("model.zip", StringComparison.Ordinal));
        Assert.All(files, file => Assert.False(HoldsIdentifier(File.ReadAllBytes(file)), file));
    }

    [Fact]
    public void A_key_column_of_patients_is_written_by_ML_NET_unless_the_saved_schema_leaves_it_out()
    {
        // ML.NET's Save stores the schema that it is given, with all values of its keys, compressed. This is why the documentation says to
        // save with the columns that the model reads; should ML.NET ever stop, the first assertion fails and the advice can go.
        using var folder = new TemporaryFolder();
        var keyed = _context.Transforms.Conversion.MapValueToKey("PatientKey", "Patient").Fit(Identified(8)).Transform(Identified(8));
        using var model = Trainers.Binary(_context, o => o.GroupColumnName = "PatientKey").Fit(keyed);
        _context.Model.Save(model, keyed.Schema, folder.PathOf("with.zip"));
        var read = _context.Transforms.SelectColumns("Image", "Positive").Fit(keyed).Transform(keyed);
        _context.Model.Save(model, read.Schema, folder.PathOf("without.zip"));

        Assert.True(HoldsIdentifier(File.ReadAllBytes(folder.PathOf("with.zip"))));
        Assert.False(HoldsIdentifier(File.ReadAllBytes(folder.PathOf("without.zip"))));
    }

    [Fact]
    public void Messages_of_exceptions_hold_no_identifier_but_for_the_leak_that_must_name_them()
    {
        var data = Identified(6);
        var failures = new Action[]
        {
            () => _context.Data.StratifiedGroupKFold(data, 5, "Positive", "Patient"),
            () => _context.Data.StratifiedGroupKFold(data, 7, "Positive", "Patient"),
            () => _context.Data.StratifiedGroupSplit(data, "Positive", "Image"),
            () => _context.Data.StratifiedGroupSplit(Identified(6, withGap: true), "Positive", "Patient"),
            () => _context.Data.CheckForLeaks(data, null, Identified(6, withGap: true), "Patient"),
            () => _context.Data.SplitByColumn(data, "Patient"),
            () => Trainers.Binary(_context, o => o.GroupColumnName = "Patient").Fit(_context.Data.TakeRows(data, 3)),
            () => Trainers.Binary(_context, o => o.GroupColumnName = "Patient").Fit(Identified(6, withGap: true)),
            () => Trainers.Binary(_context, o => o.LabelColumnName = "Patient").Fit(data),
            () => Trainers.Binary(_context, o => o.ImageColumnName = "ImagePath").Fit(data),
            () => Trainers.Binary(_context, o => o.ExampleWeightColumnName = "PatientNumber").Fit(data),
        };
        foreach (var failure in failures)
        {
            var error = Assert.ThrowsAny<Exception>(failure);
            Assert.All(s_marks, mark => Assert.DoesNotContain(mark, error.ToString()));
        }

        var hasher = new IdentifierHasher();
        var leak = Assert.Throws<DataLeakageException>(() => _context.Data.CheckForLeaks(data, null, data, "Patient"));
        Assert.All(s_marks, mark => Assert.Contains(mark, leak.Message));
        string[] hashed = [.. data.GetColumn<string>("Patient").Select(hasher.Hash)];
        var hidden = Assert.Throws<DataLeakageException>(() => LeakCheck.RequireNoSharedGroups(("train", hashed), ("test", hashed)));
        Assert.All(s_marks, mark => Assert.DoesNotContain(mark, hidden.ToString()));
        Assert.Contains(hashed[0], hidden.Message);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void The_search_itself_finds_identifiers(string encoding)
    {
        // A search that finds nothing anywhere would prove nothing.
        var bytes = Encoding.GetEncoding(encoding).GetBytes("xx7730219845yy");
        Assert.True(HoldsIdentifier(bytes));
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("inner").Open();
            entry.Write(bytes);
        }

        Assert.True(HoldsIdentifier(stream.ToArray()));
        Assert.False(HoldsIdentifier("nobody"u8.ToArray()));
    }

    private static bool HoldsIdentifier(byte[] bytes)
    {
        Encoding[] encodings = [Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode];
        var numbers = Enumerable.Range(0, 8).Select(i => BitConverter.GetBytes(Number(i)));
        if (s_marks.SelectMany(mark => encodings.Select(encoding => encoding.GetBytes(mark))).Concat(numbers).Any(mark => bytes.AsSpan().IndexOf(mark) >= 0))
        {
            return true;
        }

        if (!bytes.AsSpan().StartsWith("PK"u8))
        {
            return Inflated(bytes).Any(HoldsIdentifier);
        }

        using var zip = new ZipArchive(new MemoryStream(bytes));
        return zip.Entries.Any(entry =>
        {
            using var content = new MemoryStream();
            using (var stream = entry.Open())
            {
                stream.CopyTo(content);
            }

            return HoldsIdentifier(Encoding.UTF8.GetBytes(entry.FullName)) || HoldsIdentifier(content.ToArray());
        });
    }

    // ML.NET compresses blocks inside its own files, at places that only its reader knows: every place of a small file is tried.
    private static IEnumerable<byte[]> Inflated(byte[] bytes)
    {
        const int LargestSmallFile = 4 << 10;
        const int FewestBytes = 64;
        for (var offset = 0; bytes.Length <= LargestSmallFile && offset < bytes.Length; offset++)
        {
            var content = new byte[LargestSmallFile];
            var count = 0;
            try
            {
                using var stream = new DeflateStream(new MemoryStream(bytes, offset, bytes.Length - offset), CompressionMode.Decompress);
                count = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            }
            catch (InvalidDataException)
            {
                // Not the beginning of a block.
            }

            if (count >= FewestBytes)
            {
                // Longer than a small file, so that nothing is inflated twice.
                Array.Resize(ref content, LargestSmallFile + 1);
                yield return content;
            }
        }
    }

    private static long Number(int patient) => 7730219845000L + patient;

    private IDataView Identified(int patients, bool withGap = false)
    {
        var random = new Random(1);
        return _context.Data.LoadFromEnumerable(Enumerable.Range(0, 3 * patients).Select(i => new Row
        {
            Positive = i / 3 % 2 == 1,
            Patient = withGap && i == 4 ? string.Empty : $"QXZVIDENT^7730219845^{i / 3}",
            PatientNumber = Number(i / 3),
            ImagePath = $"/clinic/QXZVIDENT/7730219845/{i}.png",
            Image = SyntheticImages.Pixels(i / 3 % 2, 1, SyntheticImages.Size, random),
        }).ToArray());
    }

    private sealed class Row
    {
        public bool Positive { get; set; }

        public string Patient { get; set; } = string.Empty;

        public long PatientNumber { get; set; }

        public string ImagePath { get; set; } = string.Empty;

        [VectorType(1, SyntheticImages.Size, SyntheticImages.Size)]
        public byte[] Image { get; set; } = [];
    }
}
