using Microsoft.ML;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Experiments;

/// <summary>A plan is a file that anybody may have written.</summary>
public sealed class PlanCheckTests
{
    [Theory]
    [InlineData("images-1", true)]
    [InlineData("001-truncated-layer3.1", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("../other", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData("/tmp", false)]
    [InlineData("C:", false)]
    [InlineData("a\nb", false)]
    [InlineData(null, false)]
    public void Only_plain_names_lead_to_files(string? name, bool isPlain) => Assert.Equal(isPlain, PlanCheck.IsPlainName(name));

    [Theory]
    [InlineData("\"Version\": 1,", "\"Version\": 2,", "version 2")]
    [InlineData("\"DataFolder\": \"", "\"DataFolder\": \"../", "not plain")]
    [InlineData("\"WeightsFile\": \"", "\"WeightsFile\": \"/etc/", "not plain")]
    [InlineData("\"Folder\": \"", "\"Folder\": \"../../", "not plain")]
    [InlineData("\"Strategy\": \"Full\"", "\"Strategy\": \"Truncated(layer9.9)\"", "layer9.9")]
    [InlineData("\"Strategy\": \"Full\"", "\"Strategy\": \"System.Diagnostics.Process\"", "not a transfer strategy")]
    [InlineData("\"BatchSize\": 16", "\"BatchSize\": 0", "BatchSize")]
    [InlineData("\"NumberFormat\": \"Float32\"", "\"NumberFormat\": \"Auto\"", "each training would choose for itself")]
    [InlineData("\"Seed\": 5", "\"Seed\": \"five\"", "cannot be understood")]
    [InlineData("{", "", "cannot be understood")]
    [InlineData("\"ClassNames\": [", "\"ClassNames\": [ \" \",", "names of classes")]
    [InlineData("\"ClassNames\": [", "\"ClassNames\": [ \"twice\", \"twice\",", "names of classes")]
    [InlineData("\"Ladder\": \"resnet18_w32\"", "\"Ladder\": \"another\"", "belongs to no backbone")]
    public void What_does_not_fit_is_named(string written, string changed, string message)
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("e");
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        Samples.Experiment(context, path, settings => (settings.Cuts, settings.FrozenScores) = (["layer1.0"], false)).Prepare(train, validation);
        var experiment = new ExperimentFolder(path);
        var text = File.ReadAllText(experiment.PlanPath);
        Assert.Contains(written, text, StringComparison.Ordinal);
        var at = text.IndexOf(written, StringComparison.Ordinal);
        File.WriteAllText(experiment.PlanPath, text[..at] + changed + text[(at + written.Length)..]);
        Assert.Contains(message, Assert.Throws<ExperimentException>(() => experiment.ReadPlan()).Message, StringComparison.Ordinal);
        Assert.Throws<ExperimentException>(() => ExperimentTrials.Pending(path));
    }

    [Fact]
    public void A_folder_without_a_plan_says_so()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no plan", Assert.Throws<ExperimentException>(() => ExperimentTrials.Pending(folder.PathOf("e"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_are_cut_short_are_an_error()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("e");
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        Samples.Experiment(context, path, settings => settings.Cuts = ["layer1.0"]).Prepare(train, validation);
        ExperimentTrials.WriteRound(path);
        var images = Directory.GetFiles(path, "training.images", SearchOption.AllDirectories).Single();
        using (var stream = new FileStream(images, FileMode.Open))
        {
            stream.SetLength(stream.Length - 1);
        }

        Assert.Contains("damaged", Assert.Throws<ExperimentException>(() => ExperimentTrials.Run(path, 0)).Message, StringComparison.Ordinal);
    }
}
