using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

[Collection(nameof(TrainedModel))]
public sealed class InspectTests(ImageFolderFixture images)
{
    [Fact]
    public void A_backbone_shows_its_cuts_and_what_they_cost()
    {
        var data = ToolRun.Json("inspect", "resnet18_w32", "--size", "32");
        var cuts = data.GetProperty("cuts").EnumerateArray().ToArray();
        Assert.Equal(9, cuts.Length);
        Assert.Equal("stem", cuts[0].GetProperty("name").GetString());
        Assert.Equal("layer4", cuts[^1].GetProperty("stage").GetString());
        Assert.True(cuts[^1].GetProperty("parameterCount").GetInt64() > cuts[0].GetProperty("parameterCount").GetInt64());
        Assert.True(cuts[^1].GetProperty("macCount").GetInt64() > cuts[0].GetProperty("macCount").GetInt64());
        Assert.All(cuts, cut => Assert.True(cut.GetProperty("millisecondsPerImage").GetDouble() > 0));
    }

    [Theory]
    [InlineData("model.zip")]
    [InlineData("model.onnx")]
    [InlineData("model.safetensors")]
    public void All_files_of_a_model_say_the_same_about_it(string name)
    {
        var model = ToolRun.Json("inspect", Path.Combine(images.ModelFolder, name)).GetProperty("model");
        Assert.Equal(["benign-like", "malignant-like"], model.GetProperty("classNames").EnumerateArray().Select(item => item.GetString()));
        Assert.Equal("Truncated(layer2.0)", model.GetProperty("strategy").GetString());
        Assert.Equal("resnet18_w32", model.GetProperty("backbone").GetString());
        Assert.Equal("layer2.0", model.GetProperty("cut").GetString());
        Assert.Equal("Temperature", model.GetProperty("calibration").GetString());
        Assert.StartsWith("1 x 32 x 32", model.GetProperty("preparation").GetString());
        Assert.True(model.GetProperty("hasOutOfDistributionScore").GetBoolean());
    }

    [Fact]
    public void A_folder_shows_its_classes_what_is_unreadable_and_what_is_there_twice()
    {
        using var folder = new TemporaryFolder();
        ImageFolderFixture.Write(folder["data"], imagesPerClass: 3);
        File.Copy(folder["data", "benign-like", "0.png"], folder["data", "malignant-like", "copy.png"]);
        File.WriteAllText(folder["data", "benign-like", "broken.png"], "no image");
        var data = ToolRun.Json("inspect", folder["data"]);
        Assert.Equal(7, data.GetProperty("images").GetInt32());
        Assert.Equal([3, 4], data.GetProperty("classes").EnumerateArray().Select(entry => entry.GetProperty("images").GetInt32()));
        Assert.Equal("1 x 32 x 32", Assert.Single(data.GetProperty("sizes").EnumerateArray()).GetProperty("size").GetString());
        Assert.Equal(1, data.GetProperty("exactDuplicates").GetInt64());
        var pair = data.GetProperty("duplicates").EnumerateArray().Single(entry => entry.GetProperty("isExact").GetBoolean());
        Assert.False(pair.GetProperty("sameClass").GetBoolean());
        Assert.EndsWith("broken.png", Assert.Single(data.GetProperty("unreadable").EnumerateArray()).GetProperty("path").GetString());
    }

    [Fact]
    public void The_formula_task_can_be_looked_at()
    {
        var run = ToolRun.Success("inspect", "formula", "--formula-images", "4", "--size", "32");
        Assert.Contains("malignant-like", run.Output);
        Assert.Contains("16 images", run.Output);
    }

    [SkippableFact]
    public void A_file_of_weights_fits_its_backbone()
    {
        var data = ToolRun.Json("inspect", SharedFiles.Require("weights", "resnet18_tiny_imagenet_64.safetensors"));
        Assert.Equal("resnet18", data.GetProperty("fits")[0].GetString());
        Assert.True(data.GetProperty("tensorCount").GetInt32() > 100);
    }

    [SkippableFact]
    public void A_MedMNIST_file_shows_its_splits()
    {
        var data = ToolRun.Json("inspect", SharedFiles.Require("data", "medmnist", "breastmnist.npz"));
        Assert.Equal(780, data.GetProperty("images").GetInt32());
        Assert.Equal(399, data.GetProperty("classes").EnumerateArray().Single(entry => entry.GetProperty("split").GetString() == "train" && entry.GetProperty("class").GetString() == "1").GetProperty("images").GetInt32());
    }

    [SkippableFact]
    public void DICOM_files_tell_their_patients()
    {
        using var folder = new TemporaryFolder();
        var files = Directory.GetFiles(SharedFiles.Require("data", "dicom", "ct_series"));
        Directory.CreateDirectory(folder["data", "chest"]);
        foreach (var file in files.Take(3))
        {
            File.Copy(file, folder["data", "chest", Path.GetFileName(file)]);
        }

        var data = ToolRun.Json("inspect", folder["data"]);
        Assert.Equal(1, data.GetProperty("patients").GetInt32());
        Assert.Equal("1 x 128 x 88", Assert.Single(data.GetProperty("sizes").EnumerateArray()).GetProperty("size").GetString());
    }
}
