using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TruncatedTL.MLNet.Preparation;
using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

[Collection(nameof(TrainedModel))]
public sealed class ModelUseTests(ImageFolderFixture images)
{
    [Fact]
    public void Evaluation_gives_every_figure_with_its_interval()
    {
        var data = ToolRun.Json("evaluate", images.Model, "--data", images.Data, "--resamples", "100");
        Assert.Equal("all", data.GetProperty("rows").GetString());
        Assert.Equal(2 * ImageFolderFixture.ImagesPerClass, data.GetProperty("images").GetInt32());
        var auroc = data.GetProperty("figures").EnumerateArray().Single(figure => figure.GetProperty("name").GetString() == "AUROC");
        Assert.InRange(auroc.GetProperty("value").GetDouble(), auroc.GetProperty("lower").GetDouble(), auroc.GetProperty("upper").GetDouble());
    }

    [Fact]
    public void A_folder_is_predicted_into_a_table()
    {
        using var folder = new TemporaryFolder();
        ToolRun.Success("predict", images.Model, images.Data, "--output", folder["out", "predictions.csv"]);
        var rows = File.ReadAllLines(folder["out", "predictions.csv"]).Select(line => line.Split(',')).ToArray();
        Assert.Equal(["path", "predicted", "benign-like", "malignant-like", "outOfDistribution"], rows[0]);
        Assert.Equal(2 * ImageFolderFixture.ImagesPerClass, rows.Length - 1);
        Assert.All(rows.Skip(1), row =>
        {
            var (benign, malignant) = (double.Parse(row[2], CultureInfo.InvariantCulture), double.Parse(row[3], CultureInfo.InvariantCulture));
            Assert.Equal(1, benign + malignant, 3);
            if (Math.Abs(malignant - benign) > 0.001)
            {
                Assert.Equal(malignant > benign ? "malignant-like" : "benign-like", row[1]);
            }

            Assert.True(double.Parse(row[4], CultureInfo.InvariantCulture) > 0);
        });
    }

    [Fact]
    public void A_file_that_cannot_be_read_gets_a_row_with_the_reason_or_ends_the_command()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(images.Data, "benign-like", "0.png"), folder["a.png"]);
        File.WriteAllText(folder["b.png"], "no image");
        var failed = ToolRun.Of("predict", images.Model, folder.FullPath);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("b.png", failed.Error);
        Assert.DoesNotContain("   at ", failed.Error);

        var rows = ToolRun.Success("predict", images.Model, folder.FullPath, "--on-unreadable", "Skip").Output.Split('\n');
        Assert.EndsWith(",error", rows[0]);
        Assert.StartsWith($"{folder["a.png"]},", rows[1]);
        Assert.StartsWith($"{folder["b.png"]},,,,,", rows[2]);
    }

    [Fact]
    public void Overlays_are_drawn_for_every_image_also_where_names_are_alike()
    {
        using var folder = new TemporaryFolder();
        foreach (var part in new[] { "a", "b" })
        {
            Directory.CreateDirectory(folder["in", part]);
            File.Copy(Path.Combine(images.Data, "benign-like", "0.png"), folder["in", part, "scan.png"]);
        }

        ToolRun.Success("predict", images.Model, folder["in"], "--overlays", folder["pictures"]);
        Assert.Equal(["scan-2.png", "scan.png"], Directory.GetFiles(folder["pictures"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("GradCam")]
    [InlineData("Occlusion")]
    public void One_image_is_explained_as_a_picture(string method)
    {
        using var folder = new TemporaryFolder();
        var data = ToolRun.Json(
            "explain", images.Model, images.Malignant, "--method", method, "--class", "malignant-like", "--output", folder["why", "picture.png"]);
        Assert.Equal("malignant-like", data.GetProperty("class").GetString());
        Assert.Equal(method, data.GetProperty("method").GetString());
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(folder["why", "picture.png"])[..4]);
    }

    [Fact]
    public void The_exported_ONNX_gives_the_probabilities_of_the_zip()
    {
        using var folder = new TemporaryFolder();
        ToolRun.Success("export", images.Model, "--onnx", folder["exported.onnx"], "--safetensors", folder["half.safetensors"], "--half");
        var image = images.Malignant;
        var expected = ToolRun.Json("predict", images.Model, image).GetProperty("predictions")[0].GetProperty("probabilities")[1].GetDouble();
        using var session = new InferenceSession(folder["exported.onnx"]);
        var pixels = new DenseTensor<float>(ImagePreparation.FromModel(images.Model).Load(image), [1, 1, ImageFolderFixture.Size, ImageFolderFixture.Size]);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("image", pixels)], ["probabilities"]);
        Assert.Equal(expected, results[0].AsTensor<float>().Single(), 4);
        Assert.True(new FileInfo(folder["half.safetensors"]).Length < 0.7 * new FileInfo(Path.Combine(images.ModelFolder, "model.safetensors")).Length);
        Assert.Equal("Truncated(layer2.0)", ToolRun.Json("inspect", folder["half.safetensors"]).GetProperty("model").GetProperty("strategy").GetString());
    }
}
