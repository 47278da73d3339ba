using System.Text.Json;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>Checkpoints that a real torch.save wrote.</summary>
public class TorchCheckpointTests
{
    [SkippableTheory]
    [InlineData("state_dict_zip.pth", "")]
    [InlineData("state_dict_legacy.pth", "")]
    [InlineData("half.pth", "")]
    [InlineData("bfloat16.pth", "")]
    [InlineData("nested_dataparallel.pth", "module.")]
    [InlineData("strided_shared_storage.pth", "")]
    public void ReadsWhatTorchWrote(string fileName, string prefix)
    {
        var path = RepositoryFiles.RequireShared("weights", "pth", fileName);
        using var document = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.RequireShared("weights", "pth", "expected.json")));
        var expected = document.RootElement.GetProperty(fileName);

        var file = WeightsFile.Load(path);

        Assert.Equal(expected.EnumerateObject().Select(tensor => prefix + tensor.Name), file.Tensors.Keys);
        foreach (var tensor in expected.EnumerateObject())
        {
            var found = file.Tensors[prefix + tensor.Name];
            var values = found.ToDouble();
            Assert.Equal(tensor.Value.GetProperty("shape").EnumerateArray().Select(item => item.GetInt64()), found.Shape);
            Assert.Equal(tensor.Value.GetProperty("dtype").GetString(), found.ElementType.ToString().ToLowerInvariant());
            Assert.Equal(tensor.Value.GetProperty("first4").EnumerateArray().Select(item => item.GetDouble()), values.Take(4));
            Assert.Equal(tensor.Value.GetProperty("last").GetDouble(), values[^1]);
            Assert.Equal(tensor.Value.GetProperty("sum").GetDouble(), values.Sum(), 1e-9);
        }
    }

    [SkippableTheory]
    [InlineData("malicious.pth", "posix.system", "")]
    [InlineData("whole_module.pth", "torch.nn.modules.container.Sequential", "whole module")]
    public void RefusesWhatIsNotData(string fileName, string refused, string hint)
    {
        var path = RepositoryFiles.RequireShared("weights", "pth", fileName);

        var exception = Assert.Throws<UnsafeWeightsException>(() => WeightsFile.Load(path));

        Assert.Equal(refused, exception.Refused);
        Assert.Contains(refused, exception.Message, StringComparison.Ordinal);
        Assert.Contains(fileName, exception.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing of it was executed", exception.Message, StringComparison.Ordinal);
        Assert.Contains("state_dict()", exception.Message, StringComparison.Ordinal);
        Assert.Contains("safetensors", exception.Message, StringComparison.Ordinal);
        Assert.Contains(hint, exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists("pickle_was_executed"));
    }

    [SkippableFact]
    public void NamesTruncation()
    {
        var path = RepositoryFiles.RequireShared("weights", "pth", "truncated.pth");

        var exception = Assert.Throws<WeightsFormatException>(() => WeightsFile.Load(path));

        Assert.Contains("truncated.pth", exception.Message, StringComparison.Ordinal);
        Assert.Contains("the file is truncated (it has 1514 bytes)", exception.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void ReadsAPublishedLegacyCheckpoint()
    {
        var path = RepositoryFiles.RequireShared("weights", "resnet20-12fca82f.th");

        var file = WeightsFile.Load(path);

        Assert.Equal("module.conv1.weight", file.Tensors.Keys.First());
        Assert.Equal("module.linear.bias", file.Tensors.Keys.Last());
        Assert.Equal([16, 3, 3, 3], file.Tensors["module.conv1.weight"].Shape);
        Assert.Equal([10, 64], file.Tensors["module.linear.weight"].Shape);
        Assert.Equal("91.78000183105469", file.Metadata["best_prec1"]);

        // Parameters of a CIFAR ResNet-20 without shortcut convolutions, as its authors state them (0.27 M).
        var parameters = file.Tensors.Where(tensor => !tensor.Key.Contains("running_", StringComparison.Ordinal)).Sum(tensor => tensor.Value.ElementCount);
        Assert.Equal(269_722, parameters);
        var variances = file.Tensors.Where(tensor => tensor.Key.EndsWith("running_var", StringComparison.Ordinal)).ToList();
        Assert.Equal(19, variances.Count);
        Assert.All(variances, variance => Assert.All(variance.Value.ToSingle(), value => Assert.InRange(value, 0f, 1e4f)));
    }

    [SkippableFact]
    public void TheSuffixDoesNotMatter()
    {
        var path = RepositoryFiles.RequireShared("weights", "pth", "state_dict_legacy.pth");
        using var stream = File.OpenRead(path);

        Assert.Equal(8, WeightsFile.Load(stream, "misnamed.safetensors").Tensors.Count);
    }
}
