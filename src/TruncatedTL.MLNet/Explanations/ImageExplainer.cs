using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Weights;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Explanations;

/// <summary>
/// Shows where in an image a trained network sees a class: by Grad-CAM, which follows the gradient, or by occlusion, which covers parts of the image
/// and looks what changes. Both work on the network as it was fitted, for images and volumes.
/// </summary>
/// <remarks>
/// <para>
/// Where it comes from: <see cref="TransferLearningTransformer.CreateExplainer"/>, or <see cref="FromWeights(string)"/> for what
/// <see cref="TransferLearningTransformer.SaveWeights"/> wrote. It computes on the CPU and needs libtorch, as training does.
/// </para>
/// <para>
/// Pixel values are given as the model's image column has them, before any resizing or normalisation, in the order [C, H, W] or [C, D, H, W]. Several
/// threads may use one explainer; their calls run one after the other. The same call gives the same map on the same machine.
/// </para>
/// <para>A map says what moved the network, not what is ill. A map that looks right is no evidence that the prediction is.</para>
/// </remarks>
/// <example>
/// <code>
/// using var explainer = model.CreateExplainer();
/// var explanation = explainer.GradCam(pixels);
/// Console.WriteLine($"{explanation.ClassName}: {explanation.Probability:0.000}");
/// explanation.SaveOverlayPng("why.png");
/// </code>
/// </example>
public sealed class ImageExplainer : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ClassifierDescription _description;
    private readonly TransferNetwork _network;
    private bool _isDisposed;

    private ImageExplainer(ClassifierDescription description, TransferNetwork network)
    {
        _description = description;
        _network = network;
        Units = [.. description.Specification.Plan.Units.Select(unit => unit.Unit.Name)];
        ImageShape = [description.Specification.InputChannels, .. description.ImageSpatial];
    }

    /// <summary>Class names in the order of the scores.</summary>
    public IReadOnlyList<string> ClassNames => _description.ClassNames;

    /// <summary>Names of the network's units from the input to the cut, which is the last.</summary>
    public IReadOnlyList<string> Units { get; }

    /// <summary>Shape of an image as the model's column holds it: C, H, W or C, D, H, W.</summary>
    public IReadOnlyList<int> ImageShape { get; }

    /// <summary>H, W (or D, H, W) that the network works on.</summary>
    public IReadOnlyList<int> InputSize => Specification.InputSpatial;

    private NetworkSpecification Specification => _description.Specification;

    /// <summary>Builds the network from a file that <see cref="TransferLearningTransformer.SaveWeights"/> wrote; nothing else is needed.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="WeightsException">
    /// The file is damaged, does not say enough to build the network (files of bare backbones do not), or its tensors do not fit what it says.
    /// </exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static ImageExplainer FromWeights(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return FromWeights(WeightsFile.Load(path));
    }

    /// <summary>Builds the network from weights in memory.</summary>
    /// <param name="weights">What <see cref="TransferLearningTransformer.SaveWeights"/> wrote, read again.</param>
    /// <exception cref="WeightsException">See <see cref="FromWeights(string)"/>.</exception>
    public static ImageExplainer FromWeights(WeightsFile weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var description = ClassifierDescription.FromFile(weights);

        // Before anything is allocated: the network is then no larger than the file.
        return Create(description, description.TensorsOf(weights));
    }

    /// <summary>Builds the network.</summary>
    internal static ImageExplainer Create(ClassifierDescription description, IReadOnlyDictionary<string, TensorData> tensors)
    {
        TorchRuntime.EnsureLoaded();
        return Load(description, tensors);
    }

    /// <summary>Grad-CAM for pixel values of any type that a float holds (Selvaraju et al. 2017, arXiv 1610.02391).</summary>
    /// <param name="image">Pixel values, [C, H, W] or [C, D, H, W].</param>
    /// <param name="options">What to look at; null for the predicted class at the cut.</param>
    /// <returns>The map; see <see cref="Explanation.RawMap"/> for its units.</returns>
    /// <exception cref="ArgumentException">
    /// The image has another number of values than its size says or one that is not finite, or the network has no such class or unit
    /// (<see cref="CutNotFoundException"/>).
    /// </exception>
    /// <exception cref="InvalidOperationException">The network's logits for the image are not finite.</exception>
    /// <exception cref="ObjectDisposedException">The explainer was disposed.</exception>
    public Explanation GradCam(ReadOnlySpan<float> image, GradCamOptions? options = null) => GradCam(image.ToArray(), options ?? new GradCamOptions());

    /// <summary>Grad-CAM for bytes.</summary>
    /// <inheritdoc cref="GradCam(ReadOnlySpan{float}, GradCamOptions?)"/>
    public Explanation GradCam(ReadOnlySpan<byte> image, GradCamOptions? options = null) => GradCam(Widen(image), options ?? new GradCamOptions());

    /// <summary>Occlusion for pixel values of any type that a float holds (Zeiler and Fergus 2014, arXiv 1311.2901).</summary>
    /// <param name="image">Pixel values, [C, H, W] or [C, D, H, W].</param>
    /// <param name="options">What to cover; null for the predicted class and patches of an eighth (a quarter, of volumes) of the image.</param>
    /// <returns>The map; see <see cref="Explanation.RawMap"/> for its units.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A length or the batch is out of its range.</exception>
    /// <exception cref="ArgumentException">
    /// The image has another number of values than its size says or one that is not finite, or the network has no such class.
    /// </exception>
    /// <exception cref="InvalidOperationException">The network's logits for the image are not finite.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The explainer was disposed.</exception>
    public Explanation Occlusion(ReadOnlySpan<float> image, OcclusionOptions? options = null) => Occlusion(image.ToArray(), options ?? new OcclusionOptions());

    /// <summary>Occlusion for bytes.</summary>
    /// <inheritdoc cref="Occlusion(ReadOnlySpan{float}, OcclusionOptions?)"/>
    public Explanation Occlusion(ReadOnlySpan<byte> image, OcclusionOptions? options = null) => Occlusion(Widen(image), options ?? new OcclusionOptions());

    /// <summary>Releases the network.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                _network.Dispose();
            }
        }
    }

    // Apart, so that TorchSharp is touched only when libtorch is there.
    private static ImageExplainer Load(ClassifierDescription description, IReadOnlyDictionary<string, TensorData> tensors)
    {
        var network = TransferNetwork.Create(description.Specification, seed: 0, CPU);
        try
        {
            network.Load(tensors);
            network.FreezeCompletely();
            return new ImageExplainer(description, network);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static float[] Widen(ReadOnlySpan<byte> image)
    {
        var values = new float[image.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = image[i];
        }

        return values;
    }

    private Explanation GradCam(float[] pixels, GradCamOptions options)
    {
        if (!Enum.IsDefined(options.Weighting))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Weighting, $"{nameof(GradCamOptions.Weighting)} is not one of the kinds.");
        }

        var image = ExplainedImage.Create(pixels, options.ImageSize, _description);
        var requested = RequestedClass(options.ClassName);
        var end = options.Unit is null ? Units.Count : IndexOf(options.Unit) + 1;
        var elementwise = options.Weighting == GradientWeighting.Elementwise
            || (options.Weighting == GradientWeighting.ByHead && Specification.Pooling != Strategies.HeadPooling.Average);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            using var scope = NewDisposeScope();
            var map = GradCamMap.Compute(_network, image.ToTensor(_description.Normalization), end, elementwise, logits => Decide(logits, requested), out var decision);

            // The paper keeps what speaks for the class before it enlarges.
            var kept = Array.ConvertAll(map.Values, value => Math.Max(0, value));
            return image.Explain(ExplanationMethod.GradCam, Units[end - 1], decision, map, image.Enlarge(kept, map.Shape));
        }
    }

    private Explanation Occlusion(float[] pixels, OcclusionOptions options)
    {
        var grid = OcclusionGrid.Create(InputSize, Specification.InputChannels, options);
        var image = ExplainedImage.Create(pixels, options.ImageSize, _description);
        var requested = RequestedClass(options.ClassName);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            using var scope = NewDisposeScope();
            using var gradients = inference_mode();
            var input = image.ToTensor(_description.Normalization);
            var decision = Decide(Floats(_network.Forward(input, training: false)), requested);
            var fill = image.FillTensor(_description.Normalization, options.Fill);
            var falls = grid.Falls(_network, input, fill, decision, options);
            var pixelMap = grid.Spread(falls);
            return image.Explain(ExplanationMethod.Occlusion, unit: null, decision, new CoarseMap(falls, grid.Shape), image.Enlarge(pixelMap, InputSize));
        }
    }

    private static float[] Floats(Tensor tensor) => tensor.contiguous().data<float>().ToArray();

    private int? RequestedClass(string? name)
    {
        if (name is null)
        {
            return null;
        }

        var index = Enumerable.Range(0, ClassNames.Count).FirstOrDefault(i => ClassNames[i] == name, -1);
        return index >= 0 ? index : throw new ArgumentException($"The network has no class '{name}'. Its classes are: {string.Join(", ", ClassNames.Take(20))}{(ClassNames.Count > 20 ? ", ..." : string.Empty)}.", nameof(ExplanationOptions.ClassName));
    }

    private int IndexOf(string unit)
    {
        var index = Enumerable.Range(0, Units.Count).FirstOrDefault(i => Units[i] == unit, -1);
        return index >= 0 ? index : throw new CutNotFoundException(Specification.Plan.Backbone.Name, unit, Units);
    }

    private ClassDecision Decide(float[] logits, int? requested) => ClassDecision.Of(logits, requested, ClassNames);
}
