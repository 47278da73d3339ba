using Microsoft.ML;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Formula;

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
        return FromImages(context, "lesions drawn by formula", Lesions(0, 100), Lesions(100, 75), Lesions(175, 150));
    }

    /// <summary>A MedMNIST file with its official splits.</summary>
    public static ImageTask Npz(MLContext context, string path)
    {
        using var file = MedMnistFile.Open(path);
        return FromImages(
            context,
            Path.GetFileNameWithoutExtension(path),
            file.Read(MedMnistSplit.Train),
            file.Read(MedMnistSplit.Validation),
            file.Read(MedMnistSplit.Test));
    }

    /// <summary>A folder with one sub-folder a class, split 70 : 15 : 15 within each class.</summary>
    public static ImageTask Folder(MLContext context, string path, int seed)
    {
        var folder = ImageFolder.Open(path);
        var splits = folder.Files
            .GroupBy(file => file.Label)
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
                .Select(s => new FileRow { ImagePath = s.File.Path, ClassName = s.File.Label, IsPositive = s.File.Label == folder.ClassNames[^1] });
            var view = context.Data.LoadFromEnumerable(rows.ToArray());
            var label = folder.ClassNames.Count == 2 ? nameof(FileRow.IsPositive) : nameof(FileRow.ClassName);
            return context.Transforms.LoadImages("Image", string.Empty, nameof(FileRow.ImagePath))
                .Append(context.Transforms.CopyColumns("Label", label))
                .Fit(view)
                .Transform(view);
        }

        return new ImageTask(Path.GetFileName(Path.GetFullPath(path)), View(0, 0.7), View(0.7, 0.85), View(0.85, 1), folder.ClassNames);
    }

    private static ImageTask FromImages(MLContext context, string name, LabelledImages train, LabelledImages validation, LabelledImages test)
    {
        var positive = train.ClassCount == 2 ? train.ClassNames[^1] : null;
        IDataView View(LabelledImages images) => context.Data.LoadFromLabelledImages(images.ToMemory(), positive);
        return new ImageTask(name, View(train), View(validation), View(test), train.ClassNames);
    }

    private sealed class FileRow
    {
        public string ImagePath { get; set; } = string.Empty;

        public string ClassName { get; set; } = string.Empty;

        public bool IsPositive { get; set; }
    }
}
