using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Data;

namespace CompareStrategies;

/// <summary>The images of one task in three splits, with the columns Image and Label (Boolean where there are two classes, otherwise text).</summary>
internal sealed record ImageTask(string Name, IDataView Train, IDataView Validation, IDataView Test, IReadOnlyList<string> ClassNames)
{
    public bool IsBinary => ClassNames.Count == 2;

    /// <summary>The built-in target: lesions drawn by formula, few to train on.</summary>
    public static ImageTask Formula(MLContext context, int size, int seed)
    {
        FormulaLesionSource Lesions(int first, int count) => new(new FormulaLesionOptions
        {
            Size = size,
            Seed = seed,
            FirstInstance = first,
            ImagesPerClass = count,
        });
        var train = Lesions(0, 100);
        return new ImageTask(
            "lesions drawn by formula",
            context.Data.LoadFromImages(train, asBoolean: true),
            context.Data.LoadFromImages(Lesions(100, 75), asBoolean: true),
            context.Data.LoadFromImages(Lesions(175, 150), asBoolean: true),
            train.ClassNames);
    }

    /// <summary>A MedMNIST file with its official splits.</summary>
    public static ImageTask Npz(MLContext context, string path)
    {
        using var file = MedMnistFile.Open(path);
        var train = file.Read(MedMnistSplit.Train);
        var binary = train.ClassCount == 2;
        IDataView View(MedMnistSplit split) => context.Data.LoadFromImages(file.Read(split).ToMemory(), asBoolean: binary);
        return new ImageTask(Path.GetFileNameWithoutExtension(path), View(MedMnistSplit.Train), View(MedMnistSplit.Validation), View(MedMnistSplit.Test), train.ClassNames);
    }

    /// <summary>A folder with one sub-folder a class, split 70 : 15 : 15 within each class.</summary>
    public static ImageTask Folder(MLContext context, string path, int seed)
    {
        var folder = ImageFolder.Open(path);
        var splits = folder.Files
            .GroupBy(file => file.ClassName)
            .SelectMany(files =>
            {
                var shuffled = files.ToArray();
                new Random(seed).Shuffle(shuffled);
                return shuffled.Select((file, i) => (File: file, Share: (i + 0.5) / shuffled.Length));
            })
            .ToArray();
        IDataView View(double from, double to)
        {
            var rows = splits
                .Where(s => s.Share >= from && s.Share < to)
                .Select(s => new FileRow { ImagePath = s.File.Path, ClassName = s.File.ClassName, Label = s.File.ClassName == folder.ClassNames[^1] })
                .ToArray();
            var view = context.Data.LoadFromEnumerable(rows);
            var pipeline = context.Transforms.LoadImages("Image", string.Empty, nameof(FileRow.ImagePath));
            return folder.ClassNames.Count == 2
                ? pipeline.Fit(view).Transform(view)
                : pipeline.Append(context.Transforms.CopyColumns("Label", nameof(FileRow.ClassName))).Fit(view).Transform(view);
        }

        return new ImageTask(Path.GetFileName(Path.GetFullPath(path)), View(0, 0.7), View(0.7, 0.85), View(0.85, 1), folder.ClassNames);
    }

    private sealed class FileRow
    {
        public string ImagePath { get; set; } = string.Empty;

        public string ClassName { get; set; } = string.Empty;

        public bool Label { get; set; }
    }
}
