using Microsoft.ML;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;

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

    /// <summary>A folder with one sub-folder a class, split 70 : 15 : 15 within each class. Files of any format that the library reads, prepared to one size.</summary>
    public static ImageTask Folder(MLContext context, string path, int size, int seed)
    {
        var classNames = ImageFolder.Open(path, ImageReaders.Suffixes).ClassNames;
        var data = context.Data.LoadImageFiles(path, new ImageLoadOptions
        {
            Preparation = new ImagePreparation([size, size], channels: 3) { Intensity = ImageIntensity.XRay },
            PositiveClassName = classNames.Count == 2 ? classNames[^1] : null,
        });
        var (train, validation, test) = context.Data.StratifiedGroupSplit(data, testFraction: 0.15, validationFraction: 0.15, seed: seed);
        return new ImageTask(Path.GetFileName(Path.GetFullPath(path)), train, validation!, test, classNames);
    }

    private static ImageTask FromImages(MLContext context, string name, LabelledImages train, LabelledImages validation, LabelledImages test)
    {
        var positive = train.ClassCount == 2 ? train.ClassNames[^1] : null;
        IDataView View(LabelledImages images) => context.Data.LoadFromLabelledImages(images.ToMemory(), positive);
        return new ImageTask(name, View(train), View(validation), View(test), train.ClassNames);
    }
}
