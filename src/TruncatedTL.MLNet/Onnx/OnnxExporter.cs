using Google.Protobuf;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Onnx.Schema;
using TruncatedTL.MLNet.Weights;
using DataType = TruncatedTL.MLNet.Onnx.Schema.TensorProto.Types.DataType;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>
/// Writes networks as ONNX models, from the user's column to the logits, straight from their definition: no tracing and no native
/// code. Equal arguments give equal bytes.
/// </summary>
internal static class OnnxExporter
{
    /// <summary>Writes a classifier to memory.</summary>
    /// <inheritdoc cref="Export(Stream, NetworkSpecification, IReadOnlyDictionary{string, TensorData}, OnnxExportOptions)"/>
    public static byte[] Export(NetworkSpecification specification, IReadOnlyDictionary<string, TensorData> tensors, OnnxExportOptions options) =>
        ToBytes(BuildClassifier(specification, tensors, options));

    /// <summary>Writes a classifier: input [N, C, H, W] (or [N, C, D, H, W]) with N free, output logits [N, Outputs] and what else is asked for.</summary>
    /// <param name="destination">Where the model is written; it stays open.</param>
    /// <param name="specification">The network.</param>
    /// <param name="tensors">Its parameters and buffers by PyTorch name.</param>
    /// <param name="options">What the model reads and puts out.</param>
    /// <exception cref="OnnxExportException">A tensor is missing, misshapen or not finite, the column does not fit the network, or the model exceeds 2 GB.</exception>
    /// <exception cref="ArgumentException">Names collide or cannot be written, or options contradict one another.</exception>
    public static void Export(Stream destination, NetworkSpecification specification, IReadOnlyDictionary<string, TensorData> tensors, OnnxExportOptions options) =>
        BuildClassifier(specification, tensors, options).WriteTo(destination);

    /// <summary>Writes a classifier with one more output, which tells what the activations are like that layers read, image by image.</summary>
    /// <param name="specification">The network.</param>
    /// <param name="tensors">Its parameters and buffers by PyTorch name.</param>
    /// <param name="options">What the model reads and puts out.</param>
    /// <param name="outputName">Name of the output, whose rows <see cref="ActivationTally"/> understands.</param>
    /// <returns>The model, and the activations in the order of the output with their channels, by the names that <see cref="ActivationStatistics"/> knows them by.</returns>
    /// <inheritdoc cref="Export(Stream, NetworkSpecification, IReadOnlyDictionary{string, TensorData}, OnnxExportOptions)" path="/exception"/>
    public static (byte[] Model, IReadOnlyList<(string Name, int Channels)> Activations) ExportWithActivations(
        NetworkSpecification specification, IReadOnlyDictionary<string, TensorData> tensors, OnnxExportOptions options, string outputName)
    {
        ActivationRecorder? recorder = null;
        var graph = BuildGraph(specification, tensors, options, own => recorder = new ActivationRecorder(own));
        recorder!.WriteOutput(outputName);
        return (ToBytes(graph.Build(options.Metadata)), recorder.Activations);
    }

    /// <summary>
    /// Writes only the preprocessing of a classifier: float32 pixel values in the network's size, [N, C, H', W'], before normalisation.
    /// Training decodes through it and therefore sees the very pixels that serving will see.
    /// </summary>
    /// <param name="input">The user's column.</param>
    /// <param name="spatial">H', W' (or D', H', W').</param>
    /// <param name="outputName">Name of the output.</param>
    /// <exception cref="OnnxExportException">The column does not hold images of as many axes.</exception>
    /// <exception cref="ArgumentException">Names collide or cannot be written.</exception>
    public static byte[] ExportPreprocessing(OnnxImageInput input, IReadOnlyList<int> spatial, string outputName = "Pixels")
    {
        input.RequireResizableTo(spatial);
        var graph = new OnnxGraphBuilder("preprocessing");
        var preprocessing = new PreprocessingWriter(graph);
        var source = preprocessing.AddInput(input);
        graph.ReserveOutput(outputName);
        var pixels = preprocessing.WritePixels(source, input.Element, spatial);
        return Finish(graph, pixels, outputName);
    }

    /// <summary>Writes a bare layer tree, without preprocessing and head: float32 input and output, [N, C, ...].</summary>
    /// <param name="layer">The layer tree.</param>
    /// <param name="inputShape">Shape of its input without the batch.</param>
    /// <param name="tensors">Its parameters and buffers by PyTorch name.</param>
    /// <param name="foldBatchNormalization">See <see cref="OnnxExportOptions.FoldBatchNormalization"/>.</param>
    /// <param name="storage">See <see cref="OnnxExportOptions.WeightStorage"/>.</param>
    public static byte[] ExportLayer(
        Layer layer,
        FeatureShape inputShape,
        IReadOnlyDictionary<string, TensorData> tensors,
        bool foldBatchNormalization = true,
        OnnxWeightStorage storage = OnnxWeightStorage.Float32)
    {
        var graph = new OnnxGraphBuilder("layer");
        var input = new OnnxValue(graph.AddInput("input", DataType.Float, [inputShape.Channels, .. inputShape.Spatial]), inputShape);
        graph.ReserveOutput("output");
        var layers = new LayerWriter(graph, new ExportTensors(tensors), new ConstantWriter(graph, storage), new ActivationWriter(), foldBatchNormalization);
        return Finish(graph, layers.Write([("layer", layer)], input), "output");
    }

    private static ModelProto BuildClassifier(NetworkSpecification specification, IReadOnlyDictionary<string, TensorData> tensors, OnnxExportOptions options) =>
        BuildGraph(specification, tensors, options, graph => options.Quantization is { } quantization ? new ActivationQuantizer(graph, quantization) : new ActivationWriter()).Build(options.Metadata);

    private static OnnxGraphBuilder BuildGraph(
        NetworkSpecification specification, IReadOnlyDictionary<string, TensorData> tensors, OnnxExportOptions options, Func<OnnxGraphBuilder, ActivationWriter> createActivations)
    {
        RequireConsistent(specification, options);
        var graph = new OnnxGraphBuilder(specification.Plan.Backbone.Name);
        var preprocessing = new PreprocessingWriter(graph);
        var source = preprocessing.AddInput(options.Input);
        DeclareOutputs(graph, specification, options);

        var pixels = preprocessing.WritePixels(source, options.Input.Element, specification.InputSpatial);
        var normalized = preprocessing.WriteNormalization(pixels, options.Normalization);
        var checkedTensors = new ExportTensors(tensors);
        var constants = new ConstantWriter(graph, options.WeightStorage);
        var activations = createActivations(graph);
        var features = new LayerWriter(graph, checkedTensors, constants, activations, options.FoldBatchNormalization).Write(Parts(specification), normalized);
        features = features with { Name = activations.Read(features) };

        // The last layer's constants hold adjustments that differ from graph to graph of one network; rounded, the graphs would give different figures.
        new HeadWriter(graph, checkedTensors, new ConstantWriter(graph, OnnxWeightStorage.Float32)).Write(specification, features, options);
        if (options.Distance is { } distance)
        {
            new DistanceWriter(graph).Write(features, distance);
        }

        return graph;
    }

    private static IEnumerable<(string Unit, Layer Layer)> Parts(NetworkSpecification specification)
    {
        foreach (var unit in specification.Plan.Units)
        {
            yield return (unit.Unit.Name, unit.Unit.Body);
        }

        if (specification.Plan.Closing is { } closing)
        {
            yield return ("closing", closing);
        }
    }

    private static void DeclareOutputs(OnnxGraphBuilder graph, NetworkSpecification specification, OnnxExportOptions options)
    {
        Declare(options.LogitsName, specification.Outputs);
        Declare(options.ProbabilitiesName, specification.Outputs);
        Declare(options.FeaturesName, specification.HeadFeatures);
        Declare(options.Distance?.OutputName, 1);

        void Declare(string? name, int length)
        {
            if (name is not null)
            {
                graph.AddOutput(graph.ReserveOutput(name), DataType.Float, [length]);
            }
        }
    }

    private static void RequireConsistent(NetworkSpecification specification, OnnxExportOptions options)
    {
        options.Input.RequireResizableTo(specification.InputSpatial);
        if (options.Input.Channels != specification.InputChannels)
        {
            throw new OnnxExportException(
                $"The network reads images of {specification.InputChannels} channels; the column '{options.Input.Name}' holds [{string.Join(", ", options.Input.SourceShape)}], i.e. {options.Input.Channels}. Create the backbone with inputChannels: {options.Input.Channels}.");
        }

        if (options.HeadAdjustment is not null && options.ProbabilitiesName is not null)
        {
            throw new ArgumentException(
                "With a head adjustment the first output is no logits any more, and probabilities computed from it would be wrong; ask for one of the two.",
                nameof(options));
        }
    }

    // Copies to the output's name, which a graph may need that does nothing else; runtimes drop the copy.
    private static byte[] Finish(OnnxGraphBuilder graph, OnnxValue result, string outputName)
    {
        graph.AddNode("Identity", outputName, [result.Name], outputName);
        graph.AddOutput(outputName, DataType.Float, [result.Shape.Channels, .. result.Shape.Spatial]);
        return ToBytes(graph.Build(new Dictionary<string, string>()));
    }

    private static byte[] ToBytes(ModelProto model)
    {
        try
        {
            return model.ToByteArray();
        }
        catch (OutOfMemoryException exception)
        {
            throw new OnnxExportException("There is not enough memory for the model as one array; write it to a stream instead.", exception);
        }
    }
}
