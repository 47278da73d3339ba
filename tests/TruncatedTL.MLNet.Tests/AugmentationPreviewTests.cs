using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Tests.Training;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests;

[Collection(TorchCollection.Name)]
public sealed class AugmentationPreviewTests : IDisposable
{
    private const int Gap = 3;

    private static readonly FormulaImageSource Colour = new(new FormulaImageOptions { Classes = 2, ImagesPerClass = 4, Size = 32, Channels = 3 });

    private static readonly byte[][] Images = [.. Enumerable.Range(0, Colour.Count).Select(Draw)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheSheet_HasOneRowAnImage_AndTheImagesThemselvesInFront()
    {
        var path = _folder.PathOf("sheet.png");
        AugmentationPreview.SavePng(path, Colour, AugmentationOptions.ForDermoscopy(), rows: 4, columns: 3, seed: 1);

        using var sheet = MLImage.CreateFromFile(path);
        // 32 pixels become 96.
        Assert.Equal((Gap + 3 * (96 + Gap), Gap + 4 * (96 + Gap)), (sheet.Width, sheet.Height));
        var shown = Enumerable.Range(0, 4).Select(row => Array.FindIndex(Images, image => image.AsSpan().SequenceEqual(Cell(sheet, row, 0)))).ToArray();
        Assert.True(shown[0] >= 0 && shown[0] < shown[1] && shown[1] < shown[2] && shown[2] < shown[3], string.Join(' ', shown));
        Assert.All(Enumerable.Range(0, 4), row =>
        {
            Assert.NotEqual(Images[shown[row]], Cell(sheet, row, 1));
            Assert.NotEqual(Cell(sheet, row, 1), Cell(sheet, row, 2));
        });
        Assert.Equal([path], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void TheVersions_AreThoseOfTraining()
    {
        var path = _folder.PathOf("sheet.png");
        var options = AugmentationOptions.None();
        options.HorizontalFlip = 0.5;
        AugmentationPreview.SavePng(path, Colour, options, rows: 1, columns: 9, seed: 5);

        using var sheet = MLImage.CreateFromFile(path);
        var original = Cell(sheet, 0, 0);
        var mirrored = original.Chunk(32).SelectMany(line => line.Reverse()).ToArray();
        for (var epoch = 1; epoch < 9; epoch++)
        {
            var random = RandomStream.For(5, RandomPurpose.Augmentation, epoch);
            Assert.Equal(random.Chance(0.5) ? mirrored : original, Cell(sheet, 0, epoch));
        }
    }

    [Fact]
    public void EqualSeeds_GiveEqualFiles_AndAnExistingFileIsReplaced()
    {
        var (first, second) = (_folder.PathOf("1.png"), _folder.Write("2.png", [1, 2, 3]));
        foreach (var path in new[] { first, second })
        {
            AugmentationPreview.SavePng(path, Colour, GeometryTests.Everything(), rows: 2, columns: 4, seed: 7);
        }

        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        AugmentationPreview.SavePng(second, Colour, GeometryTests.Everything(), rows: 2, columns: 4, seed: 8);
        Assert.NotEqual(File.ReadAllBytes(first), File.ReadAllBytes(second));
    }

    [Fact]
    public void AView_GivesTheSameSheetAsTheSet_OfItsFirstRows()
    {
        var context = new MLContext(1);
        var (fromSet, fromView) = (_folder.PathOf("set.png"), _folder.PathOf("view.png"));
        AugmentationPreview.SavePng(fromSet, Colour, new AugmentationOptions(), rows: 8, columns: 3, seed: 2);
        AugmentationPreview.SavePng(fromView, context.Data.LoadFromLabelledImages(Colour), "Image", new AugmentationOptions(), rows: 100, columns: 3, seed: 2);
        Assert.Equal(File.ReadAllBytes(fromSet), File.ReadAllBytes(fromView));
    }

    [Fact]
    public void Pictures_AreDecodedAsForTraining()
    {
        var context = new MLContext(1);
        var pixels = Enumerable.Range(0, 40 * 50 * 4).Select(i => (byte)(i % 4 == 3 ? 255 : i % 251)).ToArray();
        using var picture = MLImage.CreateFromPixels(50, 40, MLPixelFormat.Rgba32, pixels);
        picture.Save(_folder.PathOf("picture.png"));
        var files = context.Data.LoadFromEnumerable([new PictureFile { Path = _folder.PathOf("picture.png") }]);
        var view = context.Transforms.LoadImages("Picture", imageFolder: null, "Path").Fit(files).Transform(files);

        var path = _folder.PathOf("sheet.png");
        AugmentationPreview.SavePng(path, view, "Picture", AugmentationOptions.None(), rows: 3, columns: 2, seed: 1);

        // The size is not in the schema, so that it is brought to 224 pixels.
        using var sheet = MLImage.CreateFromFile(path);
        Assert.Equal((Gap + 2 * (224 + Gap), Gap + 224 + Gap), (sheet.Width, sheet.Height));
    }

    [Fact]
    public void Volumes_ShowTheirMiddleSlice_AndOtherValuesTheirOwnRange()
    {
        var path = _folder.PathOf("sheet.png");
        var options = AugmentationOptions.None();
        options.Brightness = 1;
        AugmentationPreview.SavePng(path, new Hounsfield(), options, rows: 5, columns: 12, seed: 1);

        using var sheet = MLImage.CreateFromFile(path);
        var cell = Cell(sheet, 0, 0, size: 48);

        // The middle slice rises from -1000 to 1000 along W; the ends beyond half a percent are cut.
        Assert.Equal(0, cell[0]);
        Assert.Equal(255, cell[47]);
        Assert.InRange(cell[24], 118, 138);
        Assert.True(cell[12] < cell[24] && cell[24] < cell[36]);

        // The window belongs to the row: a version with other brightness looks brighter or darker.
        Assert.Contains(Enumerable.Range(1, 11), column => Math.Abs(Cell(sheet, 0, column, size: 48)[24] - cell[24]) > 3);
    }

    [Fact]
    public void LargeImages_AreReduced_SmallOnesEnlarged()
    {
        var sheet = new ContactSheet([1, 1000, 500], 2, 2);
        Assert.Equal((Gap + 2 * (125 + Gap), Gap + 2 * (250 + Gap)), (sheet.Width, sheet.Height));
        sheet.Draw(1, 1, [.. Enumerable.Range(0, 500_000).Select(i => i % 2 == 0 ? 0f : 200f)], (0, 255));
        Assert.Equal([100, 100, 100], sheet.Pixels.AsSpan(3 * (((Gap + 250 + Gap) * sheet.Width) + Gap + 125 + Gap), 3).ToArray());
        Assert.Equal((Gap + 96 + Gap, Gap + 96 + Gap), (new ContactSheet([1, 5, 1, 1], 1, 1).Width, new ContactSheet([4, 1, 1], 1, 1).Height));
        Assert.Equal((4f, 6f), DisplayRange.Of([5f, 5f, 5f]));
        Assert.Equal((1f, 9f), DisplayRange.Of([.. Enumerable.Repeat(1f, 999), 9f]));
        Assert.Equal((9f, 1990f), DisplayRange.Of([.. Enumerable.Range(0, 2000).Select(i => i == 1999 ? 1e6f : i)]));
    }

    [Fact]
    public void WrongArguments_AreRefused_AndLeaveTheOldFile()
    {
        var path = _folder.Write("old.png", [1, 2, 3]);
        var options = new AugmentationOptions();
        Assert.Throws<ArgumentOutOfRangeException>(() => AugmentationPreview.SavePng(path, Colour, options, rows: 0, columns: 4, seed: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => AugmentationPreview.SavePng(path, Colour, options, rows: 4, columns: 1, seed: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => AugmentationPreview.SavePng(path, Colour, options, rows: 4, columns: int.MaxValue, seed: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => AugmentationPreview.SavePng(path, Colour, new AugmentationOptions { BlurSigma = -1 }, 4, 4, 1));
        Assert.Throws<ArgumentNullException>(() => AugmentationPreview.SavePng(path, Colour, null!, 4, 4, 1));
        Assert.Throws<ArgumentNullException>(() => AugmentationPreview.SavePng(path, (LabelledImages)null!, options, 4, 4, 1));
        Assert.Throws<ArgumentException>(() => AugmentationPreview.SavePng(" ", Colour, options, 4, 4, 1));
        Assert.Throws<ArgumentException>(() => AugmentationPreview.SavePng(path, new Hounsfield(count: 0), options, 4, 4, 1));
        Assert.Throws<TrainingDataException>(() => AugmentationPreview.SavePng(path, new Hounsfield(scale: float.NaN), options, 4, 4, 1));
        Assert.Throws<DirectoryNotFoundException>(() => AugmentationPreview.SavePng(Path.Combine(_folder.FullName, "no", "new.png"), Colour, options, 1, 2, 1));
        var view = new MLContext(1).Data.LoadFromLabelledImages(Colour);
        Assert.Throws<ArgumentOutOfRangeException>(() => AugmentationPreview.SavePng(path, view, "Picture", options, 4, 4, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => AugmentationPreview.SavePng(path, view, "Label", options, 4, 4, 1));
        Assert.Throws<ArgumentException>(() => AugmentationPreview.SavePng(path, new MLContext(1).Data.LoadFromLabelledImages(new Hounsfield(count: 0)), "Image", options, 4, 4, 1));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder.FullName));
    }

    [SkippableFact]
    public void RealRadiographs_AreShown()
    {
        using var file = MedMnistFile.Open(RepositoryFiles.RequireShared("data", "medmnist", "pneumoniamnist.npz"));
        var path = _folder.PathOf("sheet.png");
        AugmentationPreview.SavePng(path, file.Read(MedMnistSplit.Test), AugmentationOptions.ForXRay(), rows: 4, columns: 6, seed: 1);
        using var sheet = MLImage.CreateFromFile(path);
        Assert.Equal((Gap + 6 * (112 + Gap), Gap + 4 * (112 + Gap)), (sheet.Width, sheet.Height));
    }

    private static byte[] Draw(int index)
    {
        var image = new byte[Colour.ValuesPerImage];
        Colour.CopyImage(index, image);
        return image;
    }

    // Every third pixel of a cell of the sheet, the colours one plane after the other; for size 48 every second and grey.
    private static byte[] Cell(MLImage sheet, int row, int column, int size = 32)
    {
        var step = 96 / size;
        var pixels = sheet.Pixels;
        var result = new byte[(size == 32 ? 3 : 1) * size * size];
        for (var i = 0; i < result.Length; i++)
        {
            var (colour, y, x) = (i / (size * size), i / size % size, i % size);
            var place = ((((Gap + (row * (96 + Gap)) + (y * step)) * sheet.Width) + Gap + (column * (96 + Gap)) + (x * step)) * 4);

            // Skia decodes to blue, green, red on this platform.
            result[i] = pixels[place + (sheet.PixelFormat == MLPixelFormat.Bgra32 ? 2 - colour : colour)];
        }

        return result;
    }

    private sealed class PictureFile
    {
        public string Path { get; set; } = string.Empty;
    }

    private sealed class Hounsfield(int count = 5, float scale = 1) : LabelledImages("hounsfield", count, 1, [5, 48, 48], hasByteValues: false, ["0"])
    {
        protected override int GetLabel(int index) => 0;

        protected override void CopyBytes(int index, Span<byte> destination) => throw new NotSupportedException();

        protected override void CopySingles(int index, Span<float> destination)
        {
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = i / (48 * 48) == 2 ? scale * (-1000 + (i % 48 * 2000f / 47)) : 30;
            }
        }
    }
}
