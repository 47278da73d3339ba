using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

/// <summary>Small tasks and networks for the trainer's tests.</summary>
internal static class TrainingSamples
{
    public const int Side = 32;

    public static readonly PixelNormalization Normalization = new(255, [0.5], [0.25]);

    /// <summary>Noisy stripes whose direction is the class: across, along or diagonal; phase, period and contrast vary.</summary>
    public static TrainingSet Stripes(int count, int classCount = 2, int seed = 1, double noise = 30, Func<int, int>? classOf = null)
    {
        var random = new Random(seed);
        var images = new ImageStore(1, Side, Side);
        var labels = new int[count];
        var image = new float[Side * Side];
        for (var i = 0; i < count; i++)
        {
            labels[i] = classOf?.Invoke(i) ?? i % classCount;
            var phase = 2 * Math.PI * random.NextDouble();
            var frequency = 2 * Math.PI / (5 + 3 * random.NextDouble());
            var contrast = 40 + 40 * random.NextDouble();
            for (var y = 0; y < Side; y++)
            {
                for (var x = 0; x < Side; x++)
                {
                    var along = labels[i] switch { 0 => x, 1 => y, _ => (x + y) / Math.Sqrt(2) };
                    var value = 128 + contrast * Math.Sin(frequency * along + phase) + noise * (random.NextDouble() - 0.5);
                    image[y * Side + x] = (float)Math.Round(Math.Clamp(value, 0, 255));
                }
            }

            images.Append(image);
        }

        return new TrainingSet(images, labels, Enumerable.Range(0, classCount).Select(c => $"class{c}").ToArray());
    }

    public static TransferNetwork Network(TransferStrategy strategy, int outputs = 2, int seed = 1) => TransferNetwork.Create(
        new NetworkSpecification(strategy.Resolve(Backbone.Create(BackboneNames.ResNet18, inputChannels: 1)), HeadPooling.Average, outputs, [Side, Side]),
        seed,
        CPU);

    /// <summary>Stem and one residual block, from scratch: 0.08 million parameters.</summary>
    public static TransferNetwork SmallNetwork(int outputs = 2, int seed = 1) => Network(TransferStrategy.FromScratch("layer1.0"), outputs, seed);

    public static TrainingOptions Options(int epochs, double learningRate = 3e-3) => new()
    {
        MaxEpochs = epochs,
        BatchSize = 16,
        LearningRate = learningRate,
        Augmentation = null,
        // These networks are too small to gain from a second thread, and waiting for it takes long where cores are shared.
        NumberOfThreads = 1,
    };

    /// <summary>The bytes of every tensor, by name.</summary>
    public static Dictionary<string, byte[]> Bytes(TransferNetwork network) =>
        network.Snapshot().ToDictionary(pair => pair.Key, pair => pair.Value.Bytes.ToArray());

    /// <summary>The largest absolute difference of a tensor between two snapshots of float32 tensors.</summary>
    public static float LargestChange(byte[] before, byte[] after)
    {
        var largest = 0f;
        for (var i = 0; i < before.Length; i += sizeof(float))
        {
            largest = Math.Max(largest, Math.Abs(BitConverter.ToSingle(before, i) - BitConverter.ToSingle(after, i)));
        }

        return largest;
    }
}
