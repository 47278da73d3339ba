using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

[Collection(nameof(TrainedModel))]
public sealed class ErrorTests(ImageFolderFixture images)
{
    public static TheoryData<int, string, string[]> Mistakes => new()
    {
        { 2, "nonsense", ["nonsense"] },
        { 2, "command", [] },
        { 2, "--data", ["train"] },
        { 2, "'many'", ["train", "--data", "formula", "--epochs", "many"] },
        { 2, "'big'", ["train", "--data", "formula", "--size", "big"] },
        { 2, "exclude", ["compare", "--data", "formula", "--plan", "--round"] },
        { 2, "'first'", ["compare", "--trial", "first"] },
        { 2, "Nonsense", ["compare", "--data", "formula", "--formula-images", "4", "--search", "Nonsense"] },
        { 2, "'--group'", ["compare", "--data", "formula", "--group", "patient"] },
        { 2, "NAME=FILE", ["compare", "--data", "formula", "--backbones", "resnet18"] },
        { 2, "NAME=FILE", ["compare", "--data", "formula", "--backbones", "resnet18="] },
        { 2, "FromScratch", ["compare", "--data", "formula", "--formula-images", "4", "--backbones", "resnet18_w32=bundled", "resnet18=random", "--output", "{folder}/e"] },
        { 1, "nowhere.pth", ["compare", "--data", "formula", "--backbones", "resnet18=nowhere.pth"] },
        { 1, "resnet81", ["compare", "--data", "formula", "--formula-images", "4", "--strategies", "FromScratch", "--backbones", "resnet81=random", "--output", "{folder}/e"] },
        { 1, "old", ["compare", "--data", "formula", "--formula-images", "4", "--size", "32", "--folds", "40", "--output", "{folder}/e"] },
        { 2, "zip", ["predict"] },
        { 2, "--onnx", ["export", "{model}"] },
        { 1, "'nowhere' do not exist", ["train", "--data", "nowhere"] },
        { 1, "nowhere.pth", ["train", "--data", "formula", "--weights", "nowhere.pth"] },
        { 1, "layer9", ["train", "--data", "formula", "--formula-images", "4", "--strategy", "Truncated(layer9.9)"] },
        { 1, "Sideways", ["train", "--data", "formula", "--strategy", "Sideways"] },
        { 1, "resnet81", ["train", "--data", "formula", "--formula-images", "4", "--backbone", "resnet81"] },
        { 1, "layer9", ["compare", "--data", "formula", "--formula-images", "4", "--size", "32", "--cuts", "layer9.9", "--output", "{folder}/e"] },
        { 1, "BatchSize", ["train", "--data", "formula", "--formula-images", "4", "--batch-size", "1"] },
        { 1, "nowhere", ["inspect", "nowhere"] },
        { 1, "corrupt.zip", ["inspect", "{corrupt.zip}"] },
        { 1, "corrupt.zip", ["predict", "{corrupt.zip}", "{data}"] },
        { 1, "corrupt.safetensors", ["inspect", "{corrupt.safetensors}"] },
        { 1, "corrupt.npz", ["train", "--data", "{corrupt.npz}"] },
        { 1, "no plan", ["compare", "--output", "{folder}/none", "--round"] },
        { 1, "no experiment", ["compare", "--data", "formula", "--output", "{folder}/none", "--merge"] },
        { 1, "no plan", ["report", "{folder}/none"] },
        { 1, "'pneumonia'", ["train", "--data", "{data}", "--positive", "pneumonia"] },
        { 1, "'who'", ["split", "--data", "{table}", "--patient-column", "who", "--output", "{folder}/split.csv"] },
        { 1, "gone.png", ["split", "--data", "{table}", "--output", "{folder}/split.csv"] },
        { 1, "nowhere.json", ["train", "--config", "nowhere.json"] },
        { 1, "nowhere.safetensors", ["explain", "nowhere.safetensors", "{data}"] },
        { 1, "nothing", ["explain", "{model}", "{data}/benign-like/0.png", "--class", "nothing"] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_one_message_and_an_exit_code(int exitCode, string expected, string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of([.. arguments.Select(argument => Filled(argument, folder))]);
        Assert.Contains(expected, run.Error);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.DoesNotContain("Exception", run.Error);
        Assert.Empty(run.Output);
    }

    [SkippableTheory]
    [InlineData("train")]
    [InlineData("pretrain")]
    [InlineData("compare")]
    [InlineData("compare", "--trial", "0")]
    public void Without_a_GPU_it_is_said_before_anything_is_done(params string[] arguments)
    {
        Native.TorchRuntime.EnsureLoaded();
        Skip.If(TorchSharp.torch.cuda.is_available(), "This machine has a GPU.");
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of([.. arguments, "--data", "formula", "--gpu", "--output", folder["out"]]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("ttl: --gpu: there is no GPU", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.False(Path.Exists(folder["out"]));
    }

    [Fact]
    public void The_trace_is_there_for_those_who_ask()
    {
        var run = ToolRun.Of("train", "--data", "nowhere", "--verbose");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("   at ", run.Error);
    }

    private string Filled(string argument, TemporaryFolder folder)
    {
        if (argument.StartsWith("{corrupt", StringComparison.Ordinal))
        {
            var path = folder[argument[1..^1]];
            File.WriteAllText(path, "PK but no more than that");
            return path;
        }

        if (argument == "{table}")
        {
            var path = folder["table.csv"];
            File.WriteAllText(path, $"path,label\n{images.Data}/benign-like/0.png,a\ngone.png,b\n");
            return path;
        }

        return argument.Replace("{model}", images.Model).Replace("{data}", images.Data).Replace("{folder}", folder.FullPath);
    }
}
