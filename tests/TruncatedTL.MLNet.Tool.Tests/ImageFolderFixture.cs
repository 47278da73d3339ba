using System.Runtime.InteropServices;
using SkiaSharp;
using TruncatedTL.MLNet.Data.Formula;
using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

/// <summary>A folder of PNG files of two classes, and a model that was trained on it by the command.</summary>
public sealed class ImageFolderFixture : IDisposable
{
    public const int ImagesPerClass = 20;
    public const int Size = 32;

    private readonly TemporaryFolder _folder = new();

    public ImageFolderFixture()
    {
        Write(Data, ImagesPerClass);
        Training = ToolRun.Success(
            "train", "--data", Data, "--size", "32", "--epochs", "2", "--threads", "1", "--strategy", "Truncated(layer2.0)", "--output", ModelFolder, "--out-of-distribution", "true", "--calibrate");
    }

    /// <summary>The folder with the class folders.</summary>
    public string Data => _folder["lesions"];

    /// <summary>One image of the positive class.</summary>
    public string Malignant => Directory.GetFiles(Path.Combine(Data, "malignant-like")).Order(StringComparer.Ordinal).First();

    public string ModelFolder => _folder["model"];

    public string Model => _folder["model", "model.zip"];

    internal ToolRun Training { get; }

    /// <summary>Writes lesions drawn by formula as PNG files: CLASS/0.png, ...</summary>
    public static void Write(string folder, int imagesPerClass)
    {
        var source = new FormulaLesionSource(new FormulaLesionOptions { Size = Size, ImagesPerClass = imagesPerClass });
        var pixels = new byte[source.ValuesPerImage];
        for (var i = 0; i < source.Count; i++)
        {
            source.CopyImage(i, pixels);
            var path = Path.Combine(folder, source.ClassNames[source.LabelOf(i)], $"{i}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var bitmap = new SKBitmap(Size, Size, SKColorType.Gray8, SKAlphaType.Opaque);
            Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
            using var file = File.Create(path);
            Assert.True(bitmap.Encode(file, SKEncodedImageFormat.Png, quality: 100));
        }
    }

    public void Dispose() => _folder.Dispose();
}

/// <summary>The tests that share one trained model.</summary>
[CollectionDefinition(nameof(TrainedModel))]
public sealed class TrainedModel : ICollectionFixture<ImageFolderFixture>;
