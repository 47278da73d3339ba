using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Preparation;

public sealed class ImagePreparationEstimatorTests
{
    private static readonly ImagePreparation Preparation = new([12, 20], channels: 3) { Intensity = ImageIntensity.Range(50, 250) };

    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData(true, 1, "Prepared")]
    [InlineData(false, 3, "Prepared")]
    [InlineData(true, 3, "Image")]
    public void It_keeps_the_estimator_contract(bool asBytes, int channels, string outputColumnName)
    {
        var valid = SyntheticImages.View(_context, 6, channels: channels, asBytes: asBytes);
        IDataView[] invalid =
        [
            Applied(valid, _context.Transforms.DropColumns("Image")),
            Applied(valid, _context.Transforms.CopyColumns("Image", "Group")),
            Applied(valid, _context.Transforms.CopyColumns("Image", "Class")),
            Applied(valid, _context.Transforms.CopyColumns("Image", "Label")),
        ];
        EstimatorContract.Check(
            _context,
            _context.Transforms.PrepareImages(_context, outputColumnName, "Image", Preparation),
            valid,
            invalid,
            SyntheticImages.View(_context, 6, channels: channels, asBytes: asBytes, size: 20));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_column_has_the_dimensions_of_an_image_and_the_values_of_a_prepared_file(bool inPlace)
    {
        var view = SyntheticImages.View(_context, 4, channels: 3, asBytes: false, scale: 0.75f);
        var name = inPlace ? "Image" : "Prepared";
        using var transformer = _context.Transforms.PrepareImages(_context, name, "Image", Preparation).Fit(view);
        var prepared = transformer.Transform(view);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 3, 12, 20), prepared.Schema[name].Type);
        Assert.Equal(inPlace ? view.Schema.Select(c => c.Name).Distinct().Count() : view.Schema.Count + 1, prepared.Schema.Where(c => !c.IsHidden).Count());
        Assert.Equal(Preparation, transformer.Preparation);
        foreach (var (source, result) in view.GetColumn<float[]>("Image").Zip(prepared.GetColumn<float[]>(name)))
        {
            var expected = Preparation.Apply(new DecodedImage(source, 3, [SyntheticImages.Size, SyntheticImages.Size]));
            Assert.Equal(expected, result, (a, b) => Math.Abs(a - b) <= 1e-5);
        }
    }

    [Fact]
    public void Columns_that_cannot_become_the_size_or_the_channels_are_refused_by_fit()
    {
        var two = SyntheticImages.View(_context, 4, channels: 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.PrepareImages(_context, "Prepared", "Image", Preparation).Fit(two));
        var volumes = new ImagePreparation([4, 4, 4]);
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.PrepareImages(_context, "Prepared", "Image", volumes).Fit(SyntheticImages.View(_context, 4)));
        Assert.Throws<ArgumentException>(() => _context.Transforms.PrepareImages(_context, "Prepared", "Image", new ImagePreparation([4, 4]) { Intensity = ImageIntensity.XRay }));
        Assert.Throws<ArgumentException>(() => _context.Transforms.PrepareImages(_context, " ", "Image", Preparation));
    }

    [Theory]
    [InlineData("Prepared")]
    [InlineData("Image")]
    public void The_saved_model_names_no_assembly_of_ours(string outputColumnName)
    {
        var view = SyntheticImages.View(_context, 4);
        using var transformer = _context.Transforms.PrepareImages(_context, outputColumnName, "Image", Preparation).Fit(view);
        using var zip = new TemporaryPath(".zip");
        _context.Model.Save(transformer, view.Schema, zip.Path);
        using var archive = ZipFile.OpenRead(zip.Path);
        var graphs = 0;
        foreach (var entry in archive.Entries)
        {
            if (entry.FullName.EndsWith("OnnxModel", StringComparison.Ordinal))
            {
                graphs++;
                continue;
            }

            using var content = new MemoryStream();
            using (var stream = entry.Open())
            {
                stream.CopyTo(content);
            }

            Assert.DoesNotContain("TruncatedTL.MLNet", Encoding.Latin1.GetString(content.ToArray()), StringComparison.Ordinal);
        }

        Assert.Equal(1, graphs);
    }

    [Fact]
    public void No_model_file_is_left_behind()
    {
        using var folder = new TemporaryFolder();
        var context = new MLContext(seed: 1) { TempFilePath = folder.FullName };
        var view = SyntheticImages.View(context, 4);
        using (var transformer = context.Transforms.PrepareImages(context, "Prepared", "Image", Preparation).Fit(view))
        {
            Assert.Equal(4, transformer.Transform(view).GetColumn<float[]>("Prepared").Count());
            using var zip = new TemporaryPath(".zip");
            context.Model.Save(transformer, view.Schema, zip.Path);
            var loaded = context.Model.Load(zip.Path, out _);
            Assert.Equal(4, loaded.Transform(view).GetColumn<float[]>("Prepared").Count());
            ((IDisposable)loaded).Dispose();
        }

        Assert.Empty(Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories));
    }

    private static IDataView Applied<T>(IDataView view, IEstimator<T> estimator)
        where T : class, ITransformer => estimator.Fit(view).Transform(view);
}
