using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Loading;

/// <summary>The claim: a program that has nothing but the saved model prepares a new file as the training files were.</summary>
public sealed class ServingTests : IDisposable
{
    private static readonly ImagePreparation Preparation = new([SyntheticImages.Size, SyntheticImages.Size]) { Intensity = ImageIntensity.XRay };

    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_served_through_the_saved_model_has_the_score_of_its_row()
    {
        WriteFiles();
        var data = Load(Preparation);
        using var model = Trainers.Binary(_context, options => options.LabelColumnName = "Label").Fit(data);
        Assert.Equal(Preparation, model.Preparation);
        using var zip = new TemporaryPath(".zip");
        using var onnx = new TemporaryPath(".onnx");
        _context.Model.Save(model, data.Schema, zip.Path);
        model.SaveOnnx(onnx.Path);
        Assert.Equal(Preparation, ImagePreparation.FromModel(onnx.Path));

        var serving = new MLContext();
        var loaded = serving.Model.Load(zip.Path, out _);
        var preparation = ImagePreparation.FromModel(zip.Path);
        Assert.Equal(Preparation, preparation);
        var definition = SchemaDefinition.Create(typeof(Query));
        definition[nameof(Query.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, preparation.Shape.ToArray());
        using var engine = serving.Model.CreatePredictionEngine<Query, Answer>(loaded, inputSchemaDefinition: definition);
        var scores = model.Transform(data).GetColumn<float>("Score").ToArray();
        var paths = data.GetColumn<string>("ImagePath").ToArray();
        Assert.True(scores.Max() - scores.Min() > 0.01, "a constant score would prove nothing");
        for (var i = 0; i < paths.Length; i++)
        {
            Assert.Equal(scores[i], engine.Predict(new Query { Image = preparation.Load(paths[i]) }).Score, 1e-6f);
        }
    }

    [Fact]
    public void What_a_graph_does_is_in_the_model_and_what_files_need_before_it_is_still_found()
    {
        WriteFiles();
        var data = Load(Preparation);
        var inGraph = new ImagePreparation([12, 12], channels: 3) { Intensity = ImageIntensity.Range(0, 0.5) };
        var pipeline = _context.Transforms.PrepareImages(_context, "Prepared", "Image", inGraph)
            .Append(Trainers.Binary(_context, options => (options.LabelColumnName, options.ImageColumnName) = ("Label", "Prepared")));
        using var model = pipeline.Fit(data);
        using var zip = new TemporaryPath(".zip");
        _context.Model.Save(model, data.Schema, zip.Path);
        Assert.Equal(Preparation, ImagePreparation.FromModel(zip.Path));
        var expected = model.Transform(data).GetColumn<float>("Score").ToArray();
        Assert.Equal(expected, new MLContext().Model.Load(zip.Path, out _).Transform(data).GetColumn<float>("Score"), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Validation_images_that_were_prepared_in_another_way_are_refused()
    {
        WriteFiles();
        var other = new ImagePreparation(Preparation.Size) { Intensity = ImageIntensity.Range(0, 255) };
        var error = Assert.Throws<TrainingDataException>(() => Trainers.Binary(_context, options => options.LabelColumnName = "Label").Fit(Load(Preparation), Load(other)));
        Assert.Contains("prepared in another way", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_without_a_preparation_and_files_that_are_no_models_are_told_apart()
    {
        var view = SyntheticImages.View(_context, 4);
        using var zip = new TemporaryPath(".zip");
        using (var transformer = _context.Transforms.PrepareImages(_context, "Prepared", "Image", new ImagePreparation([4, 4])).Fit(view))
        {
            _context.Model.Save(transformer, view.Schema, zip.Path);
        }

        Assert.Contains("carries no image preparation", Assert.Throws<ImagePreparationException>(() => ImagePreparation.FromModel(zip.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("is not a model", Assert.Throws<ImagePreparationException>(() => ImagePreparation.FromModel(_folder.Write("a", [7, 7, 7]))).Message, StringComparison.Ordinal);
        Assert.Contains("is not a model", Assert.Throws<ImagePreparationException>(() => ImagePreparation.FromModel(_folder.Write("b", "PK and nothing else"u8.ToArray()))).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => ImagePreparation.FromModel(_folder.PathOf("none.zip")));
    }

    [Fact]
    public void A_damaged_model_gives_the_preparation_or_a_typed_error()
    {
        var data = Annotated();
        using var zip = new TemporaryPath(".zip");
        using (var transformer = _context.Transforms.PrepareImages(_context, "Prepared", "Image", new ImagePreparation([4, 4])).Fit(data))
        {
            _context.Model.Save(transformer, data.Schema, zip.Path);
        }

        var original = File.ReadAllBytes(zip.Path);
        Assert.Equal(Preparation, ImagePreparation.FromModel(zip.Path));
        var random = new Random(1);
        var refused = 0;
        for (var i = 0; i < 1500; i++)
        {
            var bytes = i % 3 == 0 ? original[..random.Next(original.Length)] : original.ToArray();
            for (var changes = random.Next(1, 4); changes > 0 && bytes.Length > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(zip.Path, bytes);
            try
            {
                ImagePreparation.FromModel(zip.Path);
            }
            catch (ImagePreparationException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 500, 1500);
    }

    private IDataView Annotated()
    {
        WriteFiles(count: 2);
        return Load(Preparation);
    }

    private IDataView Load(ImagePreparation preparation) =>
        _context.Data.LoadImageFiles(_folder.FullName, new ImageLoadOptions { Preparation = preparation, PositiveClassName = "upper right" });

    // Twice the size that the network sees, with 12-bit values.
    private void WriteFiles(int count = 32)
    {
        var random = new Random(1);
        const int Side = 2 * SyntheticImages.Size;
        for (var i = 0; i < count; i++)
        {
            var pixels = SyntheticImages.Pixels(i % 2, 1, Side, random).Select(value => value * 16f).ToArray();
            var image = new DecodedImage(pixels, 1, [Side, Side]) { LowestIsWhite = i % 4 > 1 };
            _folder.WriteImage($"{SyntheticImages.ClassNames[i % 2]}/{i}{PlainImageFile.Suffix}", image);
        }
    }

    private sealed class Query
    {
        public float[] Image { get; set; } = [];
    }

    private sealed class Answer
    {
        public float Score { get; set; }
    }
}
