using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Tests.Reliability.Hostile;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Reliability;

/// <summary>What the fuzzing of parsers has found, one by one.</summary>
public sealed class FoundByFuzzingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Candidates", 0, null)]
    [InlineData("Ladders", 0, null)]
    [InlineData("Sets", 0, null)]
    [InlineData("ClassNames", 0, null)]
    [InlineData("Title", null, null)]
    [InlineData("Training", null, null)]
    [InlineData("Folds", null, "7")]
    [InlineData("Ladders", "NormalizationScale", "-1")]
    [InlineData("Ladders", "NormalizationMean", "[]")]
    public void A_plan_with_a_part_that_is_null_or_of_no_use_is_refused(string name, object? inside, string? value)
    {
        var plan = JsonNode.Parse(Sample("Plan", "plan.json"))!;
        Action<JsonNode?> set = inside switch
        {
            null => node => plan[name] = node,
            int index => node => plan[name]!.AsArray()[index] = node,
            _ => node => plan[name]![0]![(string)inside] = node,
        };
        set(value is null ? null : JsonNode.Parse(value));
        _folder.Write("plan.json", Encoding.UTF8.GetBytes(plan.ToJsonString()));
        Assert.Throws<ExperimentException>(() => new ExperimentFolder(_folder.FullName).ReadPlan());
    }

    [Theory]
    [InlineData("""{"Epochs":[null]}""")]
    [InlineData("""{"Epochs":null}""")]
    [InlineData("""{"Epochs":[{"Purpose":"Search","Seconds":1}]}""")]
    public void A_status_without_epochs_is_refused(string json) => RefusesStatus(json);

    [Theory]
    [InlineData("\"Epoch\": 2", "\"Epoch\": 3")]
    [InlineData("\"IsBest\": true", "\"IsBest\": false")]
    public void A_status_whose_epochs_are_not_in_order_is_refused(string intact, string changed)
    {
        var json = Sample("RunStatus", "status.json");
        Assert.Contains(intact, json, StringComparison.Ordinal);
        RefusesStatus(json.Replace(intact, changed, StringComparison.Ordinal));
    }

    [Fact]
    public void A_search_that_is_no_text_of_a_method_is_refused()
    {
        var target = HostileTargets.All.Single(candidate => candidate.Name == "ExperimentFolder");
        var plan = JsonNode.Parse(Sample("ExperimentFolder", "plan.json"))!;
        plan["Search"] = "Guess";
        var error = Assert.Throws<ExperimentException>(() => target.Read(Encoding.UTF8.GetBytes(plan.ToJsonString()), "plan.json", _folder.FullName));
        Assert.Contains("Guess", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[[0,1],[40]]")]
    [InlineData("[[-1],[0]]")]
    [InlineData("[[],[0]]")]
    public void Rows_that_the_folder_does_not_have_are_refused(string rows)
    {
        var lists = JsonSerializer.Deserialize<int[][]>(rows)!;
        HostileTargets.All.Single(target => target.Name == "ExperimentFolder").Read(Encoding.UTF8.GetBytes(Sample("ExperimentFolder", "plan.json")), "plan.json", _folder.FullName);
        var folder = new ExperimentFolder(_folder.PathOf("planned"));
        var plan = folder.ReadPlan()!;
        var count = new ExperimentData(folder, plan).AllRows(plan.Ladders[0]).Count;
        var set = new PlannedSet("a", 1, [.. lists[0]], [.. lists[1].Select(row => row == 40 ? count : row)]);
        Assert.Throws<ExperimentException>(() => new ExperimentData(folder, plan).Rows(plan.Ladders[0], set));
    }

    [Theory]
    [InlineData("\"History\":[{", "\"History\":[null,{")]
    [InlineData("\"Epoch\":1", "\"Epoch\":2")]
    [InlineData("\"OptimizerSteps\":", "\"OptimizerSteps\":-")]
    [InlineData("\"ElapsedSeconds\":", "\"ElapsedSeconds\":-")]
    [InlineData("\"Retries\":[]", "\"Retries\":null")]
    public void A_checkpoint_that_is_sealed_with_a_progress_of_no_use_is_refused(string intact, string changed)
    {
        var file = Trained();
        var progress = file.Metadata[CheckpointFile.ProgressKey];
        Assert.Contains(intact, progress, StringComparison.Ordinal);
        Refuses(new Dictionary<string, string>(file.Metadata) { [CheckpointFile.ProgressKey] = progress.Replace(intact, changed, StringComparison.Ordinal) }, file.Tensors);
    }

    [Fact]
    public void A_checkpoint_that_is_sealed_with_moments_of_another_network_is_refused()
    {
        var file = Trained();
        var moments = file.Tensors.Keys.First(name => name.StartsWith("moments.", StringComparison.Ordinal));
        Refuses(file.Metadata, new Dictionary<string, TensorData>(file.Tensors) { [moments] = new(TensorElementType.Float32, [3], new byte[12]) });
        Refuses(file.Metadata, new Dictionary<string, TensorData>(file.Tensors) { ["moments.other"] = file.Tensors[moments] });
    }

    private string CheckpointPath => _folder.PathOf("a.checkpoint");

    private static string Sample(string target, string name) =>
        Encoding.UTF8.GetString(HostileTargets.All.Single(candidate => candidate.Name == target).Samples.Value.Single(sample => sample.Name == name).Content);

    private void RefusesStatus(string json)
    {
        _folder.Write("status.json", Encoding.UTF8.GetBytes(json));
        Assert.Throws<ExperimentException>(() => new RunFolder(_folder.FullName).ReadStatus());
    }

    private WeightsFile Trained()
    {
        Assert.ThrowsAny<NotSupportedException>(() => Fit(stopsAfter: 2));
        return WeightsFile.Load(CheckpointPath);
    }

    private void Refuses(IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, TensorData> tensors)
    {
        CheckpointFile.Sealed(metadata, tensors).SaveSafetensors(CheckpointPath);
        Assert.Throws<CheckpointException>(() => Fit(stopsAfter: null));
    }

    private void Fit(int? stopsAfter)
    {
        var context = new Microsoft.ML.MLContext(1);
        Trainers.Binary(context, options =>
        {
            options.CheckpointPath = CheckpointPath;
            options.MetricsCallback = metrics => _ = metrics.Epoch == stopsAfter ? throw new NotSupportedException() : 0;
        }).Fit(SyntheticImages.View(context, 16)).Dispose();
    }
}
