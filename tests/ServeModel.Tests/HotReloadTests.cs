using System.Collections.Concurrent;
using Xunit;

namespace ServeModel.Tests;

/// <summary>The model's file may be replaced at any time.</summary>
[Collection(nameof(TrainedModels))]
public sealed class HotReloadTests(TrainedModels models)
{
    [Fact]
    public async Task Models_are_replaced_under_requests_and_each_answer_is_that_of_one_model()
    {
        var served = Copy("swap");
        var image = File.ReadAllBytes(models.Sample("malignant-like-1.png"));
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = served, Engines = 4 });
        var expected = new Dictionary<string, double>
        {
            [service.Store.Card!.Id] = await ProbabilityAsync(service, image),
        };
        var former = new List<Models.ServedModel>();
        using (var lease = service.Store.Lease())
        {
            former.Add(lease.Model);
        }

        var answers = new ConcurrentBag<(string Model, double Probability)>();
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var answer = await RunningService.JsonAsync(service.PostAsync("/predict", image));
                answers.Add((answer.GetProperty("model").GetString()!, answer.GetProperty("probabilities").GetProperty("malignant-like").GetDouble()));
            }
        })).ToArray();

        // Whether or not anybody asks while it is replaced is chance; that each model answered is not.
        for (var turn = 1; turn <= 6; turn++)
        {
            var before = service.Store.Card!.Id;
            Replace(turn % 2 == 1 ? models.Second : models.First, served);
            await RunningService.UntilAsync(() => service.Store.Card!.Id != before, "the other model is served");
            var id = service.Store.Card!.Id;
            expected.TryAdd(id, await ProbabilityAsync(service, image));
            var seen = answers.Count;
            await RunningService.UntilAsync(() => answers.Count > seen + 8, "callers are answered");
            using var lease = service.Store.Lease();
            former.Add(lease.Model);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        Assert.Equal(2, expected.Count);
        Assert.NotEqual(expected.Values.First(), expected.Values.Last(), 1e-4);
        Assert.All(answers, answer => Assert.Equal(expected[answer.Model], answer.Probability, 1e-6));
        Assert.Equal(expected.Keys.Order(), answers.Select(answer => answer.Model).Distinct().Order());
        Assert.All(former.SkipLast(1), model => Assert.True(model.IsDisposed));
        Assert.False(former[^1].IsDisposed);
    }

    [Fact]
    public async Task A_model_in_use_is_kept_until_its_last_user_is_done()
    {
        var served = Copy("lease");
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = served });
        var lease = service.Store.Lease();
        var second = service.Store.Lease();
        Replace(models.Second, served);
        await RunningService.UntilAsync(() => service.Store.Card!.Id != lease.Model.Card.Id, "the other model is served");

        var pixels = lease.Model.Preparation.Load(models.Sample("benign-like-1.png"));
        lease.Dispose();
        lease.Dispose();
        Assert.False(second.Model.IsDisposed);
        Assert.InRange(second.Model.Score(pixels).Probabilities()[1], 0, 1);
        second.Dispose();
        Assert.True(second.Model.IsDisposed);
        Assert.False(second.Model.TryLease());
    }

    [Fact]
    public async Task A_damaged_file_leaves_the_former_model_in_place_and_says_so()
    {
        var served = Copy("damaged");
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = served });
        var id = service.Store.Card!.Id;
        var image = File.ReadAllBytes(models.Sample("benign-like-1.png"));

        File.WriteAllBytes(served, File.ReadAllBytes(models.Second)[..1000]);
        await RunningService.UntilAsync(() => service.Store.Problem is not null, "the damage is noticed");

        Assert.Equal(id, (await RunningService.JsonAsync(service.PostAsync("/predict", image))).GetProperty("model").GetString());
        var health = await RunningService.JsonAsync(service.Client.GetAsync("/health"));
        Assert.Contains("cannot be loaded", health.GetProperty("status").GetString());
        Assert.Contains("model.zip", health.GetProperty("problem").GetString());

        Replace(models.Second, served);
        await RunningService.UntilAsync(() => service.Store.Card!.Id != id && service.Store.Problem is null, "the whole file is served");
    }

    [Fact]
    public async Task A_model_that_comes_later_is_served_when_it_is_there()
    {
        var folder = Directory.CreateDirectory(Path.Combine(models.Folder, "later")).FullName;
        await using var service = await RunningService.StartAsync(new ServeOptions { ModelPath = Path.Combine(folder, "model.zip") });
        Assert.Null(service.Store.Card);

        File.Copy(models.First, Path.Combine(folder, "model.zip"));

        await RunningService.UntilAsync(() => service.Store.Card is not null, "the model is served");
    }

    private static async Task<double> ProbabilityAsync(RunningService service, byte[] image) =>
        (await RunningService.JsonAsync(service.PostAsync("/predict", image))).GetProperty("probabilities").EnumerateObject().Last().Value.GetDouble();

    // Notes and all: both models then name their classes alike.
    private string Copy(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(models.Folder, name)).FullName;
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(models.First)!))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return Path.Combine(folder, "model.zip");
    }

    private static void Replace(string source, string target)
    {
        var beside = target + ".new";
        File.Copy(source, beside, overwrite: true);
        File.Move(beside, target, overwrite: true);
    }
}
