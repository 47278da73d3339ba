using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>Each registered backbone goes the whole way: rows, training, parity check, zip, batch scoring, weights that serve again.</summary>
[Collection(Training.TorchCollection.Name)]
public sealed class EveryBackboneTests
{
    private const int Rows = 6;

    public static TheoryData<string> Names => [.. Backbone.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Goes_from_rows_to_a_zip_and_back(string name)
    {
        var context = new MLContext(seed: 1);
        var backbone = Backbone.Create(name, inputChannels: 1);
        var cut = backbone.Cuts[(backbone.Cuts.Count + 2) / 3 - 1].Name;
        var data = backbone.SpatialRank == 2 ? SyntheticImages.View(context, Rows, size: 32) : SyntheticVolumes(context);
        TransferLearningTransformer Fit(TransferStrategy strategy, PretrainedWeights weights) => Trainers.Binary(context, o =>
        {
            o.Backbone = name;
            o.Strategy = strategy;
            o.Weights = weights;
            o.Training = new TrainingOptions { MaxEpochs = 1, BatchSize = Rows, Augmentation = null, ValidationFraction = 0, NumberOfThreads = 1 };
        }).Fit(data);

        using var model = Fit(TransferStrategy.FromScratch(cut), PretrainedWeights.Random);
        Assert.InRange(model.ParityError, 0, 1e-4);
        Assert.Equal(cut, model.Cut.Name);
        Assert.Equal(backbone.FindCut(cut).Parameters + model.Cut.Channels + 1, model.ParameterCount);
        var probabilities = model.Transform(data).GetColumn<float>("Probability").ToArray();

        using var zip = new TemporaryPath(".zip");
        context.Model.Save(model, data.Schema, zip.Path);
        var loaded = new MLContext().Model.Load(zip.Path, out _);
        using (loaded as IDisposable)
        {
            Assert.Equal(probabilities, loaded.Transform(data).GetColumn<float>("Probability").ToArray());
        }

        var batches = model.PredictProbabilities(data, batchSize: 4);
        Assert.All(batches.Zip(probabilities), pair => Assert.Equal(pair.Second, pair.First[1], 1e-5));
        Assert.All(batches, row => Assert.Equal(1, row.Sum(), 1e-6));

        using var weights = new TemporaryPath(".safetensors");
        model.SaveWeights(weights.Path);
        using var again = Fit(TransferStrategy.Truncated(cut), PretrainedWeights.FromFile(weights.Path));
        Assert.Empty(again.WeightsReport!.Missing);
        Assert.Equal(model.ParameterCount, again.ParameterCount);
    }

    private static IDataView SyntheticVolumes(MLContext context)
    {
        var random = new Random(6);
        var rows = Enumerable.Range(0, Rows).Select(i => new VolumeRow
        {
            Positive = i % 2 == 1,
            Image = Enumerable.Range(0, 16 * 32 * 32).Select(v => (byte)(random.Next(60) + ((v < 8 * 32 * 32) == (i % 2 == 1) ? 150 : 0))).ToArray(),
        });
        return context.Data.LoadFromEnumerable(rows.ToArray());
    }

    private sealed class VolumeRow
    {
        public bool Positive { get; set; }

        [VectorType(1, 16, 32, 32)]
        public byte[] Image { get; set; } = [];
    }
}
