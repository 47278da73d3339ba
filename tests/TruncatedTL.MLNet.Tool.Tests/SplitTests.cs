using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

[Collection(nameof(TrainedModel))]
public sealed class SplitTests(ImageFolderFixture images)
{
    [Fact]
    public void A_folder_is_divided_by_class_and_the_table_can_be_trained_on()
    {
        using var folder = new TemporaryFolder();
        var data = ToolRun.Json("split", "--data", images.Data, "--output", folder["split.csv"], "--test-fraction", "0.25", "--validation-fraction", "0.25");
        Assert.All(data.GetProperty("parts").EnumerateArray(), part => Assert.Equal(part.GetProperty("split").GetString() == "train" ? 10 : 5, part.GetProperty("images").GetInt32()));
        var rows = File.ReadAllLines(folder["split.csv"]);
        Assert.Equal("path,label,split", rows[0]);
        Assert.Equal(2 * ImageFolderFixture.ImagesPerClass, rows.Length - 1);
        Assert.Equal(10, rows.Count(row => row.EndsWith(",malignant-like,train", StringComparison.Ordinal)));

        var trained = ToolRun.Json("train", "--data", folder["split.csv"], "--size", "32", "--epochs", "1", "--strategy", "Truncated(layer1.0)", "--output", folder["model"]);
        Assert.Equal("malignant-like", trained.GetProperty("classNames")[1].GetString());
    }

    [Fact]
    public void No_patient_is_in_two_parts_and_no_identifier_is_written()
    {
        using var folder = new TemporaryFolder();
        var files = Directory.GetFiles(images.Data, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        var lines = files.Select((file, i) => $"{file},{Path.GetFileName(Path.GetDirectoryName(file))},patient-{i / 4}");
        File.WriteAllLines(folder["all.csv"], ["file,class,who", .. lines]);
        ToolRun.Success(
            "split", "--data", folder["all.csv"], "--path-column", "file", "--label-column", "class", "--patient-column", "who", "--output", folder["split.csv"]);
        var rows = File.ReadAllLines(folder["split.csv"]).Skip(1).Select(line => line.Split(',')).ToArray();
        Assert.Equal(files.Length, rows.Length);
        Assert.All(rows.GroupBy(row => row[2]), patient => Assert.Single(patient.Select(row => row[3]).Distinct()));
        Assert.Equal(files.Length / 4, rows.Select(row => row[2]).Distinct().Count());
        Assert.DoesNotContain("patient-", File.ReadAllText(folder["split.csv"]));
    }

    [Fact]
    public void The_same_seed_gives_the_same_table()
    {
        using var folder = new TemporaryFolder();
        ToolRun.Success("split", "--data", images.Data, "--seed", "3", "--output", folder["a.csv"]);
        ToolRun.Success("split", "--data", images.Data, "--seed", "3", "--output", folder["b.csv"]);
        ToolRun.Success("split", "--data", images.Data, "--seed", "4", "--output", folder["c.csv"]);
        Assert.Equal(File.ReadAllText(folder["a.csv"]), File.ReadAllText(folder["b.csv"]));
        Assert.NotEqual(File.ReadAllText(folder["a.csv"]), File.ReadAllText(folder["c.csv"]));
    }
}
