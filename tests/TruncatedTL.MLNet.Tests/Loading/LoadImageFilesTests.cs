using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Loading;

public sealed class LoadImageFilesTests : IDisposable
{
    private static readonly ImagePreparation Preparation = new([8, 8], channels: 3) { Intensity = ImageIntensity.Range(0, 255) };

    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _mlContext = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, 12)]
    [InlineData(0L, 0)]
    [InlineData(5L * 64, 5)]
    public void Rows_have_the_prepared_files_in_order_whatever_memory_there_is(long? limit, int inMemory)
    {
        WriteTwelve();
        var options = new ImageLoadOptions { Preparation = Preparation, MemoryLimitBytes = limit, MaxDegreeOfParallelism = 4 };
        var data = _mlContext.Data.LoadImageFiles(_folder.FullName, options, out var report);
        Assert.Equal(["Image", "ImagePath", "Label"], data.Schema.Select(column => column.Name).Order());
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 3, 8, 8), data.Schema["Image"].Type);
        Assert.Equal(12, data.GetRowCount());
        Assert.Equal((12, inMemory, inMemory * 64L), (report.Loaded, report.KeptInMemory, report.MemoryBytes));

        var paths = data.GetColumn<string>("ImagePath").ToArray();
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
        Assert.Equal(paths.Select(path => Path.GetFileName(Path.GetDirectoryName(path))), data.GetColumn<string>("Label"));

        // Twice, since nothing is consumed.
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var (path, image) in paths.Zip(data.GetColumn<float[]>("Image")))
            {
                Assert.Equal(Preparation.Load(path), image);
            }
        }
    }

    [Fact]
    public void The_image_column_says_how_it_was_prepared_even_behind_other_transforms()
    {
        WriteTwelve();
        var data = _mlContext.Data.LoadImageFiles(_folder.FullName, new ImageLoadOptions { Preparation = Preparation });
        var split = _mlContext.Data.TrainTestSplit(_mlContext.Data.Cache(data), 0.5);
        var copied = _mlContext.Transforms.CopyColumns("Copy", "Image").Fit(split.TrainSet).Transform(split.TrainSet);
        Assert.Equal(Preparation, Ingestion.PreparationAnnotation.Read(copied.Schema["Copy"]));
        Assert.Null(Ingestion.PreparationAnnotation.Read(copied.Schema["Label"]));
    }

    [Fact]
    public void Whole_numbers_take_a_byte_or_two_and_other_values_four()
    {
        foreach (var (name, isByte, level, bytes) in new[] { ("byte", true, 10f, 1), ("signed", true, -1000f, 1), ("single", false, 10f, 4) })
        {
            _folder.WriteImage($"{name}/a/1{PlainImageFile.Suffix}", ImageFiles.Image(1, level, isByte));
            _mlContext.Data.LoadImageFiles(_folder.PathOf(name), new ImageLoadOptions { Preparation = new([ImageFiles.Height, ImageFiles.Width]) }, out var report);
            Assert.Equal(bytes * ImageFiles.Height * ImageFiles.Width, report.MemoryBytes);
        }

        float[][] images = [[-5, 7], [0, 65535], [0, 256], [-32768, 32767], [-32769, 0], [0.5f, 1], [255, 0]];
        int[] sizes = [2, 2, 2, 2, 4, 4, 1];
        foreach (var (values, size) in images.Zip(sizes))
        {
            var compact = new CompactValues([.. values]);
            var copy = new float[2];
            compact.CopyTo(copy);
            Assert.Equal(values, copy);
            Assert.Equal(2 * size, compact.Bytes);
        }
    }

    [Fact]
    public void An_unreadable_file_fails_the_loading_by_name_the_first_one_in_order()
    {
        WriteTwelve();
        _folder.Write("bright/03x" + PlainImageFile.Suffix, [1, 2, 3]);
        _folder.Write("dark/00x" + PlainImageFile.Suffix, [1, 2, 3]);
        for (var i = 0; i < 5; i++)
        {
            var error = Assert.Throws<ImageFormatException>(() => _mlContext.Data.LoadImageFiles(_folder.FullName, new ImageLoadOptions { Preparation = Preparation, MaxDegreeOfParallelism = 4 }));
            Assert.EndsWith("03x" + PlainImageFile.Suffix, error.FilePath, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Unreadable_files_can_be_skipped_and_are_counted_with_their_reasons()
    {
        WriteTwelve();
        var first = _folder.Write("bright/03x" + PlainImageFile.Suffix, [1, 2, 3]);
        var second = _folder.WriteImage("dark/00x" + PlainImageFile.Suffix, new DecodedImage([1, float.NaN], 1, [1, 2]));
        var progress = new Recorder();
        var options = new ImageLoadOptions { Preparation = Preparation, OnUnreadable = UnreadableImages.Skip, Progress = progress };
        var data = _mlContext.Data.LoadImageFiles(_folder.FullName, options, out var report);
        Assert.Equal(12, data.GetColumn<float[]>("Image").Count());
        Assert.Equal([first, second], report.Skipped.Select(skipped => skipped.Path));
        Assert.Contains("the mark is missing", report.Skipped[0].Reason, StringComparison.Ordinal);
        Assert.Contains("not a finite number", report.Skipped[1].Reason, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, 14), progress.Reports.Select(r => r.Completed));
        Assert.Equal(new ImageLoadProgress(14, 14, 2), progress.Reports[^1]);
        Assert.StartsWith("12 images (2 skipped), 12 in memory", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_which_nothing_can_be_read_is_an_error_even_when_skipping()
    {
        _folder.Write("a/1" + PlainImageFile.Suffix, [1]);
        PlainImageFile.Register();
        var error = Assert.Throws<ImageDataException>(() => _mlContext.Data.LoadImageFiles(_folder.FullName, new ImageLoadOptions { Preparation = Preparation, OnUnreadable = UnreadableImages.Skip }));
        Assert.Contains("None of the 1 images can be read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_stops_the_loading()
    {
        WriteTwelve();
        using var source = new CancellationTokenSource();
        var progress = new Recorder(report => source.Cancel());
        var options = new ImageLoadOptions { Preparation = Preparation, Progress = progress, CancellationToken = source.Token, MaxDegreeOfParallelism = 1 };
        Assert.Throws<OperationCanceledException>(() => _mlContext.Data.LoadImageFiles(_folder.FullName, options));
        Assert.InRange(progress.Reports.Count, 1, 11);
    }

    [Fact]
    public void A_file_that_disappears_after_loading_is_named_when_its_row_is_read()
    {
        WriteTwelve();
        var data = _mlContext.Data.LoadImageFiles(_folder.FullName, new ImageLoadOptions { Preparation = Preparation, MemoryLimitBytes = 0 });
        var path = data.GetColumn<string>("ImagePath").First();
        File.Delete(path);
        var error = Assert.ThrowsAny<IOException>(() => data.GetColumn<float[]>("Image").Count());
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_can_be_boolean_and_columns_renamed()
    {
        WriteTwelve();
        var options = new ImageLoadOptions { Preparation = Preparation, PositiveClassName = "dark", ImageColumnName = "Pixels", LabelColumnName = "Target", ImagePathColumnName = "File" };
        var data = _mlContext.Data.LoadImageFiles(_folder.FullName, options);
        Assert.Equal(["File", "Pixels", "Target"], data.Schema.Select(column => column.Name).Order());
        Assert.Equal([.. Enumerable.Repeat(false, 6), .. Enumerable.Repeat(true, 6)], data.GetColumn<bool>("Target"));
    }

    [Fact]
    public void Impossible_options_are_refused_before_a_file_is_opened()
    {
        ImageLoadOptions good = new() { Preparation = Preparation };
        ImageLoadOptions[] bad =
        [
            good with { MaxDegreeOfParallelism = 0 },
            good with { MaxValuesPerImage = 0 },
            good with { MemoryLimitBytes = -1 },
            good with { OnUnreadable = (UnreadableImages)7 },
            good with { ImageColumnName = " " },
            good with { LabelColumnName = "Image" },
            good with { Preparation = null! },
        ];
        Assert.All(bad, options => Assert.ThrowsAny<ArgumentException>(() => _mlContext.Data.LoadImageFiles("nowhere", options)));
        Assert.Throws<DirectoryNotFoundException>(() => _mlContext.Data.LoadImageFiles("nowhere", good));
        Assert.Throws<ArgumentNullException>(() => _mlContext.Data.LoadImageFiles(_folder.FullName, null!));
        WriteTwelve();
        Assert.Throws<ArgumentException>(() => _mlContext.Data.LoadImageFiles(_folder.FullName, good with { PositiveClassName = "grey" }));
    }

    [Fact]
    public void Suffixes_of_two_parts_and_any_letter_case_are_found()
    {
        _folder.Write("a/1.nii.gz", [1]);
        _folder.Write("a/2.NII.GZ", [1]);
        _folder.Write("a/3.gz", [1]);
        _folder.Write("a/.4.nii.gz", [1]);
        Assert.Equal(["1.nii.gz", "2.NII.GZ"], ImageFolder.Open(_folder.FullName, [".nii.gz"]).Files.Select(file => Path.GetFileName(file.Path)));
        Assert.Throws<ImageFolderException>(() => ImageFolder.Open(_folder.FullName));
    }

    [Fact]
    public void Volumes_come_through_the_same_call()
    {
        var volume = new DecodedImage([.. Enumerable.Range(0, 120).Select(i => (float)i)], 1, [4, 5, 6]) { SpacingMillimetres = [2, 1, 1] };
        var path = _folder.WriteImage("a/1" + PlainImageFile.Suffix, volume);
        var preparation = new ImagePreparation([6, 4, 4]) { SpacingMillimetres = [1, 1, 1] };
        var data = _mlContext.Data.LoadImageFiles(_folder.FullName, new ImageLoadOptions { Preparation = preparation });
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 1, 6, 4, 4), data.Schema["Image"].Type);
        Assert.Equal(preparation.Load(path), data.GetColumn<float[]>("Image").Single());
    }

    private void WriteTwelve()
    {
        for (var i = 0; i < 12; i++)
        {
            var isDark = i % 2 == 0;
            _folder.WriteImage($"{(isDark ? "dark" : "bright")}/{i / 2:00}{PlainImageFile.Suffix}", ImageFiles.Image(i, isDark ? 20 : 180));
        }
    }

    private sealed class Recorder(Action<ImageLoadProgress>? then = null) : IProgress<ImageLoadProgress>
    {
        public List<ImageLoadProgress> Reports { get; } = [];

        public void Report(ImageLoadProgress value)
        {
            Reports.Add(value);
            then?.Invoke(value);
        }
    }
}
