using Microsoft.ML;
using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

[Collection(nameof(TrainedModel))]
public sealed class TrainTests(ImageFolderFixture images)
{
    [Fact]
    public void A_folder_becomes_a_model_that_ML_NET_loads()
    {
        Assert.Contains("epoch 2/2", images.Training.Error);
        Assert.DoesNotContain("\u001b", images.Training.Error + images.Training.Output);
        Assert.Contains("AUROC", images.Training.Output);
        Assert.Contains("temperature", images.Training.Output);
        var model = new MLContext().Model.Load(images.Model, out var schema);
        Assert.NotNull(model);
        Assert.NotNull(schema.GetColumnOrNull("Image"));
        Assert.True(File.Exists(Path.Combine(images.ModelFolder, "model.onnx")));
    }

    [Fact]
    public void Three_classes_are_trained_as_such()
    {
        using var folder = new TemporaryFolder();
        var data = ToolRun.Json(
            "train", "--data", "formula", "--formula-classes", "3", "--formula-images", "8", "--size", "32", "--epochs", "1", "--strategy", "LinearProbe(layer1.0)", "--output", folder["model"]);
        Assert.Equal(3, data.GetProperty("classNames").GetArrayLength());
        Assert.Contains(data.GetProperty("test").EnumerateArray(), figure => figure.GetProperty("name").GetString() == "mean AUROC");
        var evaluated = ToolRun.Json("evaluate", folder["model", "model.zip"], "--data", "formula", "--formula-classes", "3", "--formula-images", "8", "--size", "32");
        Assert.Equal(
            data.GetProperty("test").EnumerateArray().Select(figure => figure.GetProperty("value").ToString()),
            evaluated.GetProperty("figures").EnumerateArray().Select(figure => figure.GetProperty("value").ToString()));
    }

    [Fact]
    public void The_operating_point_reaches_the_sensitivity_that_was_asked_for()
    {
        using var folder = new TemporaryFolder();
        var data = ToolRun.Json(
            "train", "--data", "formula", "--formula-images", "8", "--size", "32", "--epochs", "1", "--strategy", "Truncated(layer1.0)", "--sensitivity", "0.9", "--output", folder["model"]);
        Assert.Contains("0.9", data.GetProperty("operatingPoint").GetString());
        Assert.Contains("0.9", ToolRun.Json("inspect", folder["model", "model.zip"]).GetProperty("model").GetProperty("operatingPoint").GetString());
    }

    [Fact]
    public void A_model_in_8_bits_says_what_that_changes_and_is_a_fraction_of_the_size()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["train", "--data", "formula", "--formula-images", "20", "--size", "32", "--epochs", "1", "--seed", "3", "--strategy", "Truncated(layer2.1)", "--output"];
        var single = ToolRun.Json([.. command, folder["single"]]);
        var narrow = ToolRun.Json([.. command, folder["narrow"], "--quantize"]);
        Assert.False(single.TryGetProperty("quantization", out var none) && none.ValueKind != System.Text.Json.JsonValueKind.Null);
        Assert.Contains("8 bits", narrow.GetProperty("quantization").GetString());
        Assert.InRange(new FileInfo(folder["narrow", "model.zip"]).Length / (double)new FileInfo(folder["single", "model.zip"]).Length, 0.1, 0.4);

        var error = ToolRun.Of([.. command, folder["neither"], "--quantize", "--out-of-distribution"]);
        Assert.Equal(2, error.ExitCode);
        Assert.Contains("exclude each other", error.Error);
    }

    [Fact]
    public void A_training_goes_on_from_its_checkpoint()
    {
        using var folder = new TemporaryFolder();
        string[] command =
        [
            "train", "--data", "formula", "--formula-images", "8", "--size", "32", "--epochs", "2", "--threads", "1", "--strategy", "Truncated(layer1.0)", "--checkpoint", folder["state"], "--output", folder["model"],
        ];
        var first = ToolRun.Json(command);
        var second = ToolRun.Json(command);
        Assert.True(File.Exists(folder["state"]));
        Assert.Equal(first.GetProperty("test").ToString(), second.GetProperty("test").ToString());
        Assert.DoesNotContain("epoch 1/2", ToolRun.Success(command).Error);
    }

    [Fact]
    public void Pretrained_weights_serve_a_transfer()
    {
        using var folder = new TemporaryFolder();
        var pretrained = ToolRun.Json("pretrain", "--data", "formula", "--formula-images", "8", "--size", "32", "--epochs", "1", "--backbone", "resnet18_w32", "--license", "MIT", "--output", folder["own.safetensors"]);
        Assert.Equal(2, pretrained.GetProperty("classNames").GetArrayLength());
        var card = ToolRun.Json("inspect", folder["own.safetensors"]);
        Assert.Equal("resnet18_w32", card.GetProperty("fits")[0].GetString());
        Assert.Equal("MIT", card.GetProperty("card").GetProperty("license").GetString());
        ToolRun.Success(
            "train", "--data", "formula", "--formula-images", "8", "--epochs", "1", "--weights", folder["own.safetensors"], "--strategy", "Truncated(layer1.0)", "--output", folder["model"], "--size", "32");
    }

    [SkippableFact]
    public void A_MedMNIST_file_is_trained_with_its_own_division()
    {
        using var folder = new TemporaryFolder();
        var data = ToolRun.Json(
            "train", "--data", SharedFiles.Require("data", "medmnist", "breastmnist.npz"), "--size", "28", "--epochs", "1", "--strategy", "LinearProbe(layer1.0)", "--output", folder["model"]);
        Assert.Equal(["0", "1"], data.GetProperty("classNames").EnumerateArray().Select(item => item.GetString()));
    }
}
