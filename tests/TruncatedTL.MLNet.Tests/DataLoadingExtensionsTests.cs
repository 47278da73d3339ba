using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Tests.Data.Numpy;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests;

public sealed class DataLoadingExtensionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _mlContext = new(seed: 1);

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public void Byte_images_have_exact_types_and_the_values_of_the_file()
    {
        var data = _mlContext.Data.LoadFromMedMnist(WriteGrey(), MedMnistSplit.Train, ["benign", "malignant"]);
        Assert.Equal(["Image", "Label"], data.Schema.Select(column => column.Name).Order());
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 1, 4, 5), data.Schema["Image"].Type);
        Assert.Equal(TextDataViewType.Instance, data.Schema["Label"].Type);
        Assert.Equal(6, data.GetRowCount());

        var values = NpyArrayTests.Read(NpyBuilder.CreateBytes(6, 4, 5)).AsSpan<byte>().ToArray();
        var rows = ReadAll<byte>(data);
        Assert.Equal(6, rows.Count);
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(values.Skip(i * 20).Take(20), rows[i].Image);
            Assert.Equal(i % 2 == 0 ? "benign" : "malignant", rows[i].Label);
        }
    }

    [Fact]
    public void Other_values_become_floats_and_volumes_keep_their_depth()
    {
        var path = Write(
            ("test_images", NpyBuilder.Create(">i2", [2, 1, 2, 2], [0, 1, 0, 2, 255, 255, 0, 4, 1, 0, 0, 6, 0, 7, 0, 8])),
            ("test_labels", NpyBuilder.Create("|u1", [2, 1], [0, 12])));
        var data = _mlContext.Data.LoadFromMedMnist(path, MedMnistSplit.Test);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 1, 1, 2, 2), data.Schema["Image"].Type);
        var rows = ReadAll<float>(data);
        Assert.Equal([1f, 2, -1, 4], rows[0].Image);
        Assert.Equal([256f, 6, 7, 8], rows[1].Image);
        Assert.Equal(["0", "12"], rows.Select(row => row.Label));
    }

    [Fact]
    public void Colour_images_are_channel_first()
    {
        var path = Write(("val_images", NpyBuilder.CreateBytes(2, 5, 7, 3)), ("val_labels", NpyBuilder.Create("|u1", [2], [0, 1])));
        var data = _mlContext.Data.LoadFromMedMnist(path, MedMnistSplit.Validation);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 3, 5, 7), data.Schema["Image"].Type);
    }

    [Theory]
    [InlineData("malignant", false)]
    [InlineData("benign", true)]
    public void A_positive_class_makes_the_label_boolean(string positive, bool first)
    {
        var data = _mlContext.Data.LoadFromMedMnist(WriteGrey(), MedMnistSplit.Train, ["benign", "malignant"], positive, "Pixels", "Target");
        Assert.Equal(["Pixels", "Target"], data.Schema.Select(column => column.Name).Order());
        Assert.Equal(BooleanDataViewType.Instance, data.Schema["Target"].Type);
        Assert.Equal([first, !first, first, !first, first, !first], data.GetColumn<bool>("Target"));
    }

    [Fact]
    public void A_positive_class_that_does_not_fit_is_refused()
    {
        var path = WriteGrey();
        var unknown = Assert.Throws<ArgumentException>(() => _mlContext.Data.LoadFromMedMnist(path, MedMnistSplit.Train, positiveClassName: "malignant"));
        Assert.Contains("the classes are '0' and '1'", unknown.Message, StringComparison.Ordinal);
        var three = Assert.Throws<ArgumentException>(() => _mlContext.Data.LoadFromMedMnist(path, MedMnistSplit.Train, ["a", "b", "c"], "a"));
        Assert.Contains("exactly two classes; there are 3", three.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_arguments_and_files_are_refused()
    {
        var path = WriteGrey();
        Assert.Throws<ArgumentException>(() => _mlContext.Data.LoadFromMedMnist(path, MedMnistSplit.Train, imageColumnName: "Label"));
        Assert.Throws<ArgumentException>(() => _mlContext.Data.LoadFromMedMnist(path, MedMnistSplit.Train, labelColumnName: " "));
        Assert.Throws<FileNotFoundException>(() => _mlContext.Data.LoadFromMedMnist(path + "x", MedMnistSplit.Train));
        Assert.Throws<ImageFormatException>(() => _mlContext.Data.LoadFromMedMnist(path, MedMnistSplit.Test));
        Assert.Throws<ImageFormatException>(() => _mlContext.Data.LoadFromMedMnist(_folder.Write("no.npz", [1, 2, 3]), MedMnistSplit.Train));
        Assert.Throws<ArgumentNullException>(() => _mlContext.Data.LoadFromLabelledImages(null!));
    }

    [Fact]
    public void Several_cursors_may_be_at_different_rows_of_one_view()
    {
        var data = _mlContext.Data.LoadFromMedMnist(WriteGrey(), MedMnistSplit.Train);
        var expected = ReadAll<byte>(data);
        using var first = data.GetRowCursor(data.Schema);
        using var second = data.GetRowCursor([data.Schema["Image"]]);
        var firstGetter = first.GetGetter<VBuffer<byte>>(data.Schema["Image"]);
        var secondGetter = second.GetGetter<VBuffer<byte>>(data.Schema["Image"]);
        Assert.False(second.IsColumnActive(data.Schema["Label"]));
        VBuffer<byte> firstImage = default, secondImage = default;
        Assert.True(first.MoveNext() && first.MoveNext() && first.MoveNext());
        for (var i = 0; i < 3; i++)
        {
            Assert.True(second.MoveNext());
            secondGetter(ref secondImage);
            firstGetter(ref firstImage);
            Assert.Equal(expected[i].Image, secondImage.DenseValues().ToArray());
            Assert.Equal(expected[i + 2].Image, firstImage.DenseValues().ToArray());
            first.MoveNext();
        }

        Parallel.For(0, 8, _ => Assert.Equal(expected.Select(row => row.Label), ReadAll<byte>(data).Select(row => row.Label)));
    }

    [Fact]
    public void Rows_can_be_shuffled_and_split()
    {
        var data = _mlContext.Data.LoadFromMedMnist(WriteGrey(), MedMnistSplit.Train);
        var sorted = ReadAll<byte>(data).Select(row => Convert.ToHexString(row.Image)).Order().ToArray();
        var shuffled = ReadAll<byte>(_mlContext.Data.ShuffleRows(data, seed: 3)).Select(row => Convert.ToHexString(row.Image)).ToArray();
        Assert.Equal(sorted, shuffled.Order());
        var split = _mlContext.Data.TrainTestSplit(data, 0.34);
        Assert.Equal(sorted, ReadAll<byte>(split.TrainSet).Concat(ReadAll<byte>(split.TestSet)).Select(row => Convert.ToHexString(row.Image)).Order());
    }

    [Fact]
    public void An_image_is_made_only_when_its_column_is_read()
    {
        var images = new CountedImages();
        var data = _mlContext.Data.LoadFromLabelledImages(images);
        Assert.Equal(["a", "b", "a", "b", "a"], data.GetColumn<string>("Label"));
        Assert.Equal(0, images.Copies);
        Assert.Equal(5, data.GetColumn<byte[]>("Image").Count());
        Assert.Equal(5, images.Copies);
        Assert.Equal(2, _mlContext.Data.TakeRows(data, 2).GetColumn<byte[]>("Image").Count());
        Assert.Equal(7, images.Copies);
    }

    [Fact]
    public void Image_folders_go_into_the_image_pipeline_of_mlnet()
    {
        WritePicture("dark/1.png", 10);
        WritePicture("dark/2.png", 20);
        WritePicture("bright/1.png", 200);
        var data = _mlContext.Data.LoadImageFolder(_folder.FullName);
        Assert.Equal(["ImagePath", "Label"], data.Schema.Select(column => column.Name).Order());
        Assert.Equal(3, data.GetRowCount());
        Assert.Equal(["bright", "dark", "dark"], data.GetColumn<string>("Label"));
        Assert.Equal(["1.png", "1.png", "2.png"], data.GetColumn<string>("ImagePath").Select(Path.GetFileName));

        var pipeline = _mlContext.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(_mlContext.Transforms.ResizeImages("Image", 4, 4))
            .Append(_mlContext.Transforms.ExtractPixels("Pixels", "Image", ImagePixelExtractingEstimator.ColorBits.Red));
        var pixels = pipeline.Fit(data).Transform(data).GetColumn<float[]>("Pixels").ToArray();
        Assert.Equal([200f, 10f, 20f], pixels.Select(p => p[5]));

        var flagged = _mlContext.Data.LoadImageFolder(_folder.FullName, positiveClassName: "dark", imagePathColumnName: "File", labelColumnName: "Target");
        Assert.Equal([false, true, true], flagged.GetColumn<bool>("Target"));
        Assert.Equal(["File", "Target"], flagged.Schema.Select(column => column.Name).Order());
    }

    [Fact]
    public void Bad_image_folders_are_refused()
    {
        Assert.Throws<ImageFolderException>(() => _mlContext.Data.LoadImageFolder(_folder.FullName));
        Assert.Throws<DirectoryNotFoundException>(() => _mlContext.Data.LoadImageFolder(Path.Combine(_folder.FullName, "none")));
        _folder.Write("a/1.png", [1]);
        Assert.Throws<ArgumentException>(() => _mlContext.Data.LoadImageFolder(_folder.FullName, positiveClassName: "a"));
        Assert.Throws<ArgumentException>(() => _mlContext.Data.LoadImageFolder(_folder.FullName, labelColumnName: "ImagePath"));
    }

    [Fact]
    public void Formula_images_are_rows()
    {
        var options = new FormulaImageOptions { Classes = 4, ImagesPerClass = 3, Size = 16, Channels = 3 };
        var data = _mlContext.Data.LoadFromFormulaImages(options);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 3, 16, 16), data.Schema["Image"].Type);
        AssertSame(new FormulaImageSource(options), ReadAll<byte>(data));

        var volumeOptions = new FormulaVolumeOptions { Classes = 4, InstancesPerClass = 2, Size = 16 };
        var volumes = _mlContext.Data.LoadFromFormulaVolumes(volumeOptions, "Scan");
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 1, 16, 16, 16), volumes.Schema["Scan"].Type);
        AssertSame(new FormulaVolumeSource(volumeOptions), ReadAll<byte>(_mlContext.Data.LoadFromFormulaVolumes(volumeOptions)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _mlContext.Data.LoadFromFormulaVolumes(volumeOptions with { Size = 1 }));

        var lesionOptions = new FormulaLesionOptions { ImagesPerClass = 4, Size = 16 };
        var lesions = _mlContext.Data.LoadFromFormulaLesions(lesionOptions);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 1, 16, 16), lesions.Schema["Image"].Type);
        AssertSame(new FormulaLesionSource(lesionOptions), ReadAll<byte>(lesions));
        var flagged = _mlContext.Data.LoadFromFormulaLesions(lesionOptions, "malignant-like");
        Assert.Equal([false, true, false, true, false, true, false, true], flagged.GetColumn<bool>("Label"));
    }

    [SkippableFact]
    public void A_real_data_set_has_the_labels_that_python_sees()
    {
        var path = RepositoryFiles.RequireShared("data/medmnist/breastmnist.npz");
        var data = _mlContext.Data.LoadFromMedMnist(path, MedMnistSplit.Train, ["malignant", "normal or benign"], positiveClassName: "malignant");
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Byte, 1, 28, 28), data.Schema["Image"].Type);
        Assert.Equal(546, data.GetRowCount());
        Assert.Equal(147, data.GetColumn<bool>("Label").Count(isMalignant => isMalignant));
        Assert.Equal(35757482L, data.GetColumn<byte[]>("Image").Sum(image => image.Sum(value => (long)value)));
    }

    private static void AssertSame(LabelledImages images, List<(byte[] Image, string Label)> rows)
    {
        Assert.Equal(images.Count, rows.Count);
        var expected = new byte[images.ValuesPerImage];
        for (var i = 0; i < rows.Count; i++)
        {
            images.CopyImage(i, expected);
            Assert.Equal(expected, rows[i].Image);
            Assert.Equal(images.ClassNames[images.LabelOf(i)], rows[i].Label);
        }
    }

    private static List<(T[] Image, string Label)> ReadAll<T>(IDataView data)
    {
        return [.. data.GetColumn<T[]>("Image").Zip(data.GetColumn<string>("Label"))];
    }

    private string WriteGrey()
    {
        return Write(("train_images", NpyBuilder.CreateBytes(6, 4, 5)), ("train_labels", NpyBuilder.Create("|u1", [6, 1], [0, 1, 0, 1, 0, 1])));
    }

    private string Write(params (string Name, byte[] Array)[] arrays)
    {
        return _folder.Write("data.npz", ZipBuilder.CreateNpz(true, arrays));
    }

    private void WritePicture(string name, byte grey)
    {
        var path = _folder.Write(name, []);
        var pixels = new byte[8 * 8 * 4];
        Array.Fill(pixels, grey);
        for (var alpha = 3; alpha < pixels.Length; alpha += 4)
        {
            pixels[alpha] = 255;
        }

        using var image = MLImage.CreateFromPixels(8, 8, MLPixelFormat.Rgba32, pixels);
        image.Save(path);
    }

    private sealed class CountedImages() : LabelledImages("counted", 5, 1, [2, 2], hasByteValues: true, ["a", "b"])
    {
        public int Copies { get; private set; }

        protected override int GetLabel(int index)
        {
            return index % 2;
        }

        protected override void CopyBytes(int index, Span<byte> destination)
        {
            Copies++;
            destination.Fill((byte)index);
        }
    }
}
