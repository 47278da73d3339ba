using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Scoring;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>The work behind both trainers: rows to tensors, weights into the network, training, export, parity check, scoring chain.</summary>
internal sealed class TransferLearningFitter
{
    private const int ParityRows = 8;
    private const string DecodedColumnName = "TruncatedTL.Decoded";

    private readonly MLContext _context;
    private readonly TransferLearningOptions _options;
    private readonly ClassificationTask _task;
    private readonly IHost _host;
    private readonly int _seed;

    public TransferLearningFitter(MLContext context, TransferLearningOptions options, ClassificationTask task)
    {
        options.Validate();
        _context = context;
        _options = options;
        _task = task;
        _host = ((IHostEnvironment)context).Register("TransferLearning");
        _seed = _host.Rand.Next();
    }

    /// <summary>
    /// The promised schema. Built-in estimators that stand in for the network promise it, so promise and delivery cannot differ,
    /// and label errors are ML.NET's own.
    /// </summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var image = ImageInput.CheckShape(inputSchema, _options.ImageColumnName);
        if (_options.ExampleWeightColumnName is { } weight)
        {
            CheckWeightColumn(inputSchema, weight);
        }

        var shape = ImageInput.StandIn(_context, image).GetOutputSchema(inputSchema);
        shape = _task.PredictorTrainer(_options.LabelColumnName, ImageInput.StandInName).GetOutputSchema(shape);
        var renamings = Renamings();
        foreach (var (from, to) in renamings)
        {
            shape = _context.Transforms.CopyColumns(to, from).GetOutputSchema(shape);
        }

        return _context.Transforms.DropColumns([ImageInput.StandInName, .. renamings.Select(r => r.From)]).GetOutputSchema(shape);
    }

    /// <summary>Trains and builds the fitted model.</summary>
    public TransferLearningTransformer Fit(IDataView training, IDataView? validation)
    {
        ArgumentNullException.ThrowIfNull(training);
        _options.Validate();
        validation ??= _options.ValidationSet;
        GetOutputSchema(SchemaProbe.ShapeOf(training));
        if (validation is not null)
        {
            GetOutputSchema(SchemaProbe.ShapeOf(validation));
        }

        using var channel = _host.Start("Training");
        var label = training.Schema[_options.LabelColumnName];
        var classNames = _task.Labels.ClassNames(label);
        var backbone = Backbone.Create(_options.Backbone);
        var preparation = CommonPreparation(training, validation);
        var input = ImageInput.From(training.Schema, _options.ImageColumnName, _options.InputSize, backbone.SpatialRank, backbone.DefaultInputSize);
        var plan = _options.Strategy.Resolve(backbone.WithInputChannels(input.Channels));
        var specification = new NetworkSpecification(plan, _options.Head, _task.CountOutputs(classNames.Count), input.NetworkSpatial);
        var weights = _options.Strategy.NeedsPretrainedWeights ? _options.Weights.Open() : null;

        // Every fit of the estimator starts alike, whether the seed is the options' or the context's.
        var options = _options.Training.Clone();
        var seed = options.Seed ?? _seed;
        options.Seed = seed;

        TorchRuntime.EnsureLoaded();
        Log(channel, TorchRuntime.Description);
        var (trainingSet, validationSet) = ReadRows(training, validation, input, seed);
        Log(channel, $"{trainingSet.Count} training and {validationSet?.Count ?? 0} validation images of {input.Channels} x {string.Join(" x ", input.NetworkSpatial)}, {_task.Name}: {string.Join(", ", classNames)}");

        var normalization = _options.Normalization ?? NormalizationRule.For(trainingSet.Images, input.IsByte);
        Log(channel, $"Normalisation: {normalization}");
        using var network = TransferNetwork.Create(specification, seed, ChooseDevice());
        var report = weights is null ? null : LoadPretrained(network, weights);
        Log(channel, $"{_options.Strategy} of {backbone.Name}: {specification.ParameterCount:N0} parameters, {specification.MacCount / 1e6:N1}M multiply-accumulates an image");
        if (report is not null)
        {
            Log(channel, $"Weights '{_options.Weights}': {report}");
        }

        var result = FineTuner.Fit(
            network,
            trainingSet,
            validationSet,
            normalization,
            options,
            new TrainingCallbacks
            {
                EpochCompleted = metrics =>
                {
                    Log(channel, metrics.ToString());
                    _options.MetricsCallback?.Invoke(metrics);
                },
                Epochs = _options.Progress,
                Cancellation = _options.CancellationToken,
            });
        Log(channel, result.ToString());

        var fitted = new FittedNetwork(_options.Strategy, specification, normalization, network.Snapshot(), classNames, input, preparation, report, result);
        return BuildTransformer(training, label, input, network, trainingSet, fitted, channel);
    }

    private TransferLearningTransformer BuildTransformer(
        IDataView training,
        DataViewSchema.Column label,
        ImageInput input,
        TransferNetwork network,
        TrainingSet trainingSet,
        FittedNetwork fitted,
        IChannel channel)
    {
        var head = _task.FitHead(label);
        var model = fitted.ExportForScoring(input.PixelColumnName, ScoringChain.LogitsColumnName, head);
        var chain = ScoringChain.Build(_context, training, input, head, model, Renamings());
        try
        {
            fitted.ParityError = CheckParity(chain, head, training, input, network, trainingSet, fitted.Normalization);
            Log(channel, $"Exported model agrees with TorchSharp within {fitted.ParityError:0.0e+0} (relative) on {Math.Min(ParityRows, trainingSet.Count)} training rows; {model.Length / 1e6:0.0} MB");
            return new TransferLearningTransformer(chain, fitted);
        }
        catch
        {
            chain.Dispose();
            throw;
        }
    }

    // Null where the images do not come from files. What the columns do not say cannot be compared.
    private ImagePreparation? CommonPreparation(IDataView training, IDataView? validation)
    {
        var preparation = PreparationAnnotation.Read(training.Schema[_options.ImageColumnName]);
        var other = validation is null ? null : PreparationAnnotation.Read(validation.Schema[_options.ImageColumnName]);
        return preparation is null || other is null || preparation.Equals(other)
            ? preparation
            : throw new TrainingDataException($"The validation images were prepared in another way than the training images ({other}; {preparation}). Load both with the same preparation.");
    }

    private (TrainingSet Training, TrainingSet? Validation) ReadRows(IDataView training, IDataView? validation, ImageInput input, int seed)
    {
        using var decoder = PixelDecoder.Create(_context, training, input, DecodedColumnName);
        TrainingSet Read(IDataView view) => TrainingRows.Read(
            view,
            decoder.Transformer,
            input,
            decoder.PixelColumnName,
            _task.Labels,
            _options.LabelColumnName,
            _options.ExampleWeightColumnName,
            _options.CancellationToken);

        var all = Read(training);
        if (validation is not null)
        {
            var validationSet = Read(validation);
            all.RequireTwoClasses();
            return (all, validationSet);
        }

        all.RequireTwoClasses();
        var (kept, heldOut) = StratifiedSplit.Create(all.Labels, _options.Training.ValidationFraction, seed);
        return heldOut.Length > 0 ? (all.Subset(kept), all.Subset(heldOut)) : (all, null);
    }

    private KeyMatchReport LoadPretrained(TransferNetwork network, WeightsFile weights)
    {
        var plan = network.Specification.Plan;
        var expected = plan.Units
            .Where(u => u.Pretrained)
            .SelectMany(u => ParameterSpecification.Of(u.Unit.Body).Select(p => new ExpectedTensor(
                p.Name,
                p.Shape,
                IsInputStem: u.Unit.InputConvolution is { } stem && p.Name == $"{stem}.weight")))
            .ToArray();
        var match = WeightsMatcher.Match(weights, expected, new WeightsMatchOptions
        {
            IsStrict = _options.Weights.IsStrict,
            InputChannels = _options.ChannelAdaptation,
            Renames = plan.Backbone.FormerNames.Select(rule => new KeyRename(rule.Pattern, rule.Replacement)).ToArray(),
        });
        network.Load(match.Tensors);
        return match.Report;
    }

    private double CheckParity(
        ScoringChain chain,
        CalibratedHead head,
        IDataView training,
        ImageInput input,
        TransferNetwork network,
        TrainingSet trainingSet,
        PixelNormalization normalization)
    {
        var rows = _context.Data.TakeRows(training, ParityRows);
        var exported = chain.NetworkOutputs(input.IsImage ? new CloningImageView(rows, input.ImageColumnName) : rows)
            .Select(outputs => outputs.Select((z, k) => z * head.Scale + head.Offset[k]).ToArray())
            .ToArray();
        var outputs = network.Specification.Outputs;
        var expected = Scorer
            .Logits(network, trainingSet.Images, Enumerable.Range(0, exported.Length).ToArray(), normalization, exported.Length)
            .Chunk(outputs)
            .ToArray();
        var magnitude = expected.Max(z => z.Max(Math.Abs));
        var error = exported.Zip(expected, (left, right) => left.Zip(right, (a, b) => Math.Abs(a - b)).Max()).Max() / Math.Max(1, magnitude);
        if (!(error <= _options.ParityTolerance))
        {
            throw new InvalidOperationException(
                $"The exported model's logits differ from TorchSharp's by {error.ToString("0.0e+0", CultureInfo.InvariantCulture)} (relative; tolerated: {_options.ParityTolerance.ToString("0.0e+0", CultureInfo.InvariantCulture)}). Please report this with the backbone and the strategy.");
        }

        return error;
    }

    private torch.Device ChooseDevice()
    {
        if (_context.GpuDeviceId is not { } gpu)
        {
            return torch.CPU;
        }

        if (torch.cuda.is_available() && gpu < torch.cuda.device_count())
        {
            return new torch.Device(DeviceType.CUDA, gpu);
        }

        return _context.FallbackToCpu
            ? torch.CPU
            : throw new TorchBackendException(TorchBackendFailureCause.BackendPackageMissing, $"MLContext.GpuDeviceId is {gpu} but TorchSharp sees no such GPU. Build the application with -p:TorchBackend=cuda-linux (or cuda-windows), or set MLContext.FallbackToCpu.");
    }

    private (string From, string To)[] Renamings() => _task.OutputColumns.Where(c => c.From != c.To).ToArray();

    private static void CheckWeightColumn(SchemaShape inputSchema, string name)
    {
        if (inputSchema.FirstOrDefault(c => c.Name == name) is not { Name: not null } column)
        {
            throw new ArgumentOutOfRangeException(nameof(inputSchema), $"Could not find weight column '{name}'");
        }

        if (column.ItemType != NumberDataViewType.Single || column.Kind != SchemaShape.Column.VectorKind.Scalar)
        {
            throw new ArgumentOutOfRangeException(nameof(inputSchema), $"Schema mismatch for weight column '{name}': expected Single, got {column.Kind} of {column.ItemType}");
        }
    }

    private static void Log(IChannel channel, string message) => channel.Info(MessageSensitivity.None, message);
}
