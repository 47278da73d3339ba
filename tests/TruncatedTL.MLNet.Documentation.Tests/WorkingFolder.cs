using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using DicomPatients;
using Microsoft.ML;
using SkiaSharp;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Data.Numpy;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>A folder of its own that is the current one as long as this object lives, with the files that a block speaks of.</summary>
internal sealed class WorkingFolder : IDisposable
{
    private const int Size = 64;

    private static readonly Dictionary<string, Action> Makers = new()
    {
        ["archive"] = () => DicomArchive.Create("archive", patientsPerClass: 10, imagesPerPatient: 2, "normal", "pneumonia"),
        ["labels.csv"] = WriteStudyLabels,
        ["new.dcm"] = () => File.Copy(Directory.GetFiles(DicomArchive.Create("other", patientsPerClass: 1, imagesPerPatient: 1), "*.dcm", SearchOption.AllDirectories)[0], "new.dcm"),
        ["xrays"] = () => WriteFolder("xrays", 20, "normal", "pneumonia"),
        ["train"] = () => WriteFolder("train", 8, "normal", "pneumonia"),
        ["breast"] = () => WriteFolder("breast", 30, "benign", "malignant"),
        ["other-hospital"] = () => WriteFolder("other-hospital", 10, "benign", "malignant"),
        ["small-task"] = () => WriteFolder("small-task", 8, "benign", "malignant"),
        ["folder-with-one-subfolder-per-class"] = () => WriteFolder("folder-with-one-subfolder-per-class", 24, "benign", "malignant"),
        ["volumes.csv"] = WriteVolumes,
        ["images.csv"] = WriteImageTable,
        ["breastmnist_64.npz"] = () => WriteMedMnist("breastmnist_64.npz"),
        ["breastmnist.npz"] = () => WriteMedMnist("breastmnist.npz"),
        ["resnet18.safetensors"] = () => WriteWeights("resnet18.safetensors"),
        ["model.zip"] = () => Surroundings.Context.Model.Save(Surroundings.Model, Surroundings.Train.Schema, "model.zip"),
        ["scan.rawscan"] = WriteRawScan,
    };

    private readonly string _former = Environment.CurrentDirectory;
    private readonly string _folder = Directory.CreateTempSubdirectory("truncatedtl-documents-").FullName;

    /// <summary>Makes it.</summary>
    /// <param name="text">What files are looked for in, as quoted names.</param>
    public WorkingFolder(string text)
    {
        Environment.CurrentDirectory = _folder;
        foreach (var (name, make) in Makers.Where(maker => text.Contains($"\"{maker.Key}\"", StringComparison.Ordinal)))
        {
            make();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Environment.CurrentDirectory = _former;
        Directory.Delete(_folder, recursive: true);
    }

    private static FormulaLesionSource Lesions(int imagesPerClass) => new(new FormulaLesionOptions { Size = Size, ImagesPerClass = imagesPerClass, Difficulty = 0.4f });

    private static byte[] Pixels(FormulaLesionSource lesions, int index)
    {
        var pixels = new byte[lesions.ValuesPerImage];
        lesions.CopyImage(index, pixels);
        return pixels;
    }

    private static void WriteFolder(string folder, int imagesPerClass, params string[] classNames)
    {
        var lesions = Lesions(imagesPerClass);
        for (var i = 0; i < lesions.Count; i++)
        {
            WritePng(Path.Combine(folder, classNames[lesions.LabelOf(i)], $"{i}.png"), Pixels(lesions, i));
        }
    }

    private static void WritePng(string path, byte[] pixels)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var image = SKImage.FromPixelCopy(new SKImageInfo(Size, Size, SKColorType.Gray8, SKAlphaType.Opaque), pixels);
        using var file = File.Create(path);
        image.Encode(SKEncodedImageFormat.Png, quality: 100).SaveTo(file);
    }

    // Study Instance UID and class of every file of the archive.
    private static void WriteStudyLabels()
    {
        var lines = new StringBuilder("key,label\n");
        foreach (var path in Directory.GetFiles("archive", "*.dcm", SearchOption.AllDirectories))
        {
            var text = Encoding.ASCII.GetString(File.ReadAllBytes(path));
            var study = text.IndexOf("\u0020\0\u000D\0UI", StringComparison.Ordinal);
            var length = text[study + 6];
            lines.Append(text.AsSpan(study + 8, length).TrimEnd('\0')).Append(',').AppendLine(path.Contains("pneumonia", StringComparison.Ordinal) ? "malignant" : "benign");
        }

        File.WriteAllText("labels.csv", lines.ToString());
    }

    // A bright ball in a case.
    private static void WriteVolumes()
    {
        const int Length = 24;
        var table = new StringBuilder("path,label,subject\n");
        var random = new Random(1);
        for (var i = 0; i < 24; i++)
        {
            var values = new byte[Length * Length * Length];
            random.NextBytes(values);
            for (var voxel = 0; voxel < values.Length; voxel++)
            {
                var (x, y, z) = (voxel % Length - 12, voxel / Length % Length - 12, voxel / Length / Length - 12);
                values[voxel] = (byte)((values[voxel] / 4) + (i % 2 == 1 && (x * x) + (y * y) + (z * z) < 36 ? 150 : 0));
            }

            File.WriteAllBytes($"volume-{i}.nii", new NiftiWriter { Dimensions = [Length, Length, Length], Spacing = [2.5, 2.5, 2.5], AffineCode = 1, Affine = [[2.5, 0, 0, 0], [0, 2.5, 0, 0], [0, 0, 2.5, 0]] }.Write(values));
            table.AppendLine($"volume-{i}.nii,{(i % 2 == 1 ? "case" : "control")},subject-{i / 2}-{i % 2}");
        }

        File.WriteAllText("volumes.csv", table.ToString());
    }

    private static void WriteImageTable()
    {
        var table = new StringBuilder("path,label,patient,split\n");
        var lesions = Lesions(20);
        for (var i = 0; i < lesions.Count; i++)
        {
            var place = i / lesions.ClassCount;
            WritePng($"image/{i}.png", Pixels(lesions, i));
            table.AppendLine($"image/{i}.png,{lesions.ClassNames[lesions.LabelOf(i)]},patient-{lesions.LabelOf(i)}-{place / 2},{(place < 12 ? "train" : place < 16 ? "val" : "test")}");
        }

        File.WriteAllText("images.csv", table.ToString());
    }

    private static void WriteMedMnist(string path)
    {
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        var lesions = Lesions(40);
        foreach (var (split, first, end) in new[] { ("train", 0, 16), ("val", 16, 28), ("test", 28, 40) })
        {
            var rows = Enumerable.Range(0, lesions.Count).Where(i => i / lesions.ClassCount >= first && i / lesions.ClassCount < end).ToArray();
            Add($"{split}_images.npy", [rows.Length, Size, Size], [.. rows.SelectMany(row => Pixels(lesions, row))]);
            Add($"{split}_labels.npy", [rows.Length, 1], [.. rows.Select(row => (byte)lesions.LabelOf(row))]);
        }

        void Add(string name, int[] shape, byte[] values)
        {
            using var entry = archive.CreateEntry(name).Open();
            entry.Write(NpyBuilder.Create("|u1", shape, values));
        }
    }

    // What a network is whose weights somebody published; these are random.
    private static void WriteWeights(string path)
    {
        var context = new MLContext(seed: 1);
        using var model = context.BinaryClassification.Trainers.TransferLearning(context, new TransferLearningBinaryTrainer.Options
        {
            Backbone = BackboneNames.ResNet18,
            Strategy = TransferStrategy.FromScratch(),
            Weights = PretrainedWeights.Random,
            Normalization = new PixelNormalization(255, [0.5], [0.25]),
            InputSize = [32, 32],
            Training = new TrainingOptions { MaxEpochs = 1, BatchSize = 8, ValidationFraction = 0 },
        }).Fit(Surroundings.Validation);
        model.SaveWeights(path);
    }

    private static void WriteRawScan()
    {
        var file = new byte[16 + (2 * 4 * 6)];
        "RAWSCAN1"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), 4);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(12), 6);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(16 + (2 * 7)), -1024);
        File.WriteAllBytes("scan.rawscan", file);
    }
}
