using System.Buffers.Binary;
using System.Text;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using TruncatedTL.MLNet.Tests.Weights;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tests.Reliability.Hostile;

/// <summary>Everything but images that the library reads: weights, checkpoints, networks, and the files of experiments. A new parser gets its line here.</summary>
internal static class HostileTargets
{
    public static IReadOnlyList<HostileTarget> All { get; } =
    [
        new("Safetensors", new(Safetensors), ReadWeights, IsWeightsError),
        new("PyTorch", new(PyTorch), ReadWeights, IsWeightsError),
        new("PyTorchLegacy", new(Legacy), ReadWeights, IsWeightsError),
        new("Checkpoint", new(Checkpoint), ReadCheckpoint, error => error is CheckpointException),
        new("Onnx", new(Onnx), ReadOnnx, error => error is InvalidDataException),
        new("ModelFacts", new(ModelFacts), ReadModelFacts, error => error is ImagePreparationException),
        new("Preparation", new(() => [Text("Preparation", "preparation.json", Prepared.ToJson())]), (content, _, _) => ImagePreparation.FromJson(Encoding.UTF8.GetString(content)), error => error is ImagePreparationException),
        new("Plan", new(() => HostileExperiment.Samples("Plan", "plan.json")), HostileExperiment.ReadPlan, IsExperimentError),
        new("RunStatus", new(() => HostileExperiment.Samples("RunStatus", "status.json")), HostileExperiment.ReadStatus, IsExperimentError),
        new("ExperimentFiles", new(() => HostileExperiment.Samples("ExperimentFiles", "round.json", "decisions.json", "result.json", "test.json")), HostileExperiment.ReadOther, IsExperimentError),
        new("ExperimentRows", new(() => HostileExperiment.Samples("ExperimentRows", "training.json")), HostileExperiment.ReadRows, IsExperimentError),
        new("ExperimentFolder", new(() => HostileExperiment.Samples("ExperimentFolder", "plan.json", "status.json", "training.json", "round.json")), HostileExperiment.ReadFolder, IsExperimentError),
    ];

    private static ImagePreparation Prepared => new([6, 6]) { SpacingMillimetres = [0.5, 0.5], Intensity = ImageIntensity.XRay };

    /// <summary>A sample that is JSON.</summary>
    public static SampleFile Text(string target, string name, string json, Func<byte[], byte[]>? wrap = null) => new(target, name, Encoding.UTF8.GetBytes(json), wrap, JsonMutator.Alter);

    private static bool IsWeightsError(Exception error) => error is WeightsException;

    private static bool IsExperimentError(Exception error) => error is ExperimentException;

    private static IReadOnlyList<SampleFile> Safetensors()
    {
        var content = Saved(new WeightsFile(
            WeightsFile.Load(new MemoryStream(TorchFiles.SampleZip())).Tensors,
            new WeightsCard { Backbone = "resnet18", InputSize = [16, 16], Mean = [0.5], StandardDeviation = [0.25] }.ToMetadata()));
        return [new("Safetensors", "plain.safetensors", content), new("Safetensors", "header.safetensors", content, Alter: AlterHeader)];
    }

    private static IReadOnlyList<SampleFile> PyTorch()
    {
        ReadOnlySpan<(string, byte[])> Storages() => new (string, byte[])[] { ("0", TorchFiles.SampleStorage0), ("1", TorchFiles.SampleStorage1), ("2", TorchFiles.SampleStorage2) };
        return
        [
            new("PyTorch", "zip.pth", TorchFiles.SampleZip()),
            new("PyTorch", "zip64.pth", TorchFiles.Zip(new ZipWriter { WriteChecksums = false, UseZip64 = true }, TorchFiles.SampleStateDict(false).ToArray(), Storages())),
            new("PyTorch", "pickle.pth", TorchFiles.SampleStateDict(false).ToArray(), pickle => TorchFiles.Zip(new ZipWriter(), pickle, Storages())),
        ];
    }

    private static IReadOnlyList<SampleFile> Legacy() => [new("PyTorchLegacy", "legacy.th", TorchFiles.SampleLegacy())];

    private static IReadOnlyList<SampleFile> Onnx() =>
        [new("Onnx", "preprocessing.onnx", OnnxExporter.ExportPreprocessing(new OnnxImageInput("Image", OnnxInputElement.UInt8, [1, 4, 4]), [2, 2]))];

    private static IReadOnlyList<SampleFile> ModelFacts()
    {
        // Field 14 is a fact: a message of key and value.
        static byte[] Field(int number, byte[] content) => [(byte)((number << 3) | 2), (byte)((content.Length & 127) | 128), (byte)(content.Length >> 7), .. content];
        byte[] fact = [.. Field(1, Encoding.UTF8.GetBytes(ModelMetadata.PreparationKey)), .. Field(2, Encoding.UTF8.GetBytes(Prepared.ToJson()))];
        byte[] model = [.. Onnx()[0].Content, .. Field(14, fact)];
        byte[] Zip(byte[] content)
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, model.Length);
            return new ZipWriter().Add("TransformerChain/OnnxModel", [.. length, .. content]).ToArray();
        }

        return [new("ModelFacts", "model.onnx", model), new("ModelFacts", "network.zip", model, Zip), new("ModelFacts", "model.zip", Zip(model))];
    }

    private static IReadOnlyList<SampleFile> Checkpoint()
    {
        const string Progress = """
            {"History":[{"Epoch":1,"MaxEpochs":4,"Phase":"FineTune","LearningRate":0.001,"TrainLoss":0.7,"TrainAccuracy":0.5,"ValidationLoss":0.6,"ValidationAuroc":0.75,"IsBest":true,"Retries":0,"ElapsedSeconds":1.5,"ImagesPerSecond":99},
            {"Epoch":2,"MaxEpochs":4,"Phase":"FineTune","LearningRate":0.001,"TrainLoss":0.6,"TrainAccuracy":0.75,"ValidationLoss":0.7,"ValidationAuroc":0.5,"IsBest":false,"Retries":1,"ElapsedSeconds":2.5,"ImagesPerSecond":99}],
            "ImagesSeen":64,"ElapsedSeconds":3,"OptimizerSteps":4,"BestEpoch":{"Best":0.75,"Reference":0.75,"EpochsWithout":1},"Plateau":{"Best":"Infinity","EpochsWithout":1,"Factor":0.5},"Retries":[2],"NumberFormat":"Float32","FallbackEpoch":null,
            "End":{"Reason":"MaxEpochs","Explanation":"all were run."}}
            """;
        const string Fingerprint = """{"network":"resnet18 up to layer1.0","TrainingOptions.Seed":"5","TrainingOptions.MaxEpochs":"4"}""";
        var data = new TensorData(TensorElementType.Float32, [2, 2], new byte[16]);
        var tensors = new OrderedDictionary<string, TensorData> { ["last.fc.weight"] = data, ["moments.fc.weight.1"] = data, ["best.fc.weight"] = data };

        // With a hash that fits, as somebody makes it who means harm.
        byte[] Sealed(string fingerprint, string progress) => Saved(CheckpointFile.Sealed(
            new Dictionary<string, string> { ["truncatedtl.checkpoint.version"] = CheckpointFile.Version, [CheckpointFile.FingerprintKey] = fingerprint, [CheckpointFile.ProgressKey] = progress }, tensors));
        return
        [
            new("Checkpoint", "plain.checkpoint", Sealed(Fingerprint, Progress), Alter: AlterHeader),
            Text("Checkpoint", "progress.json", Progress, progress => Sealed(Fingerprint, Encoding.UTF8.GetString(progress))),
            Text("Checkpoint", "fingerprint.json", Fingerprint, fingerprint => Sealed(Encoding.UTF8.GetString(fingerprint), Progress)),
        ];
    }

    private static void ReadWeights(byte[] content, string name, string folder)
    {
        var file = WeightsFile.Load(new MemoryStream(content), name);
        foreach (var tensor in file.Tensors.Values)
        {
            if (tensor.Bytes.Length != tensor.ElementCount * tensor.ElementType.SizeBytes())
            {
                throw new InvalidOperationException($"{tensor.Bytes.Length} bytes for {tensor}.");
            }
        }

        WeightsCard.FromMetadata(file.Metadata);
    }

    private static void ReadCheckpoint(byte[] content, string name, string folder)
    {
        var path = Path.Combine(folder, "a.checkpoint");
        File.WriteAllBytes(path, content);
        var checkpoint = CheckpointFile.Read(path)!;
        GC.KeepAlive(checkpoint.Fingerprint.Seed);
    }

    private static void ReadOnnx(byte[] content, string name, string folder) => OnnxInspector.Inspect(new MemoryStream(content));

    private static void ReadModelFacts(byte[] content, string name, string folder)
    {
        var path = Path.Combine(folder, "model");
        File.WriteAllBytes(path, content);
        ImagePreparation.FromModel(path);
    }

    private static byte[] Saved(WeightsFile file)
    {
        using var stream = new MemoryStream();
        file.SaveSafetensors(stream);
        return stream.ToArray();
    }

    // The header of a safetensors file is JSON behind its length.
    private static byte[] AlterHeader(byte[] original, Random random)
    {
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(original);
        var header = JsonMutator.Alter(original[8..(8 + length)], random);
        var start = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(start, header.Length);
        return [.. start, .. header, .. original[(8 + length)..]];
    }
}
