using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public partial class TrainingOptionsTests
{
    public static TheoryData<string, Action<TrainingOptions>> OutOfRange => new()
    {
        { "BatchSize", options => options.BatchSize = 1 },
        { "MaxEpochs", options => options.MaxEpochs = 0 },
        { "ProbeEpochs", options => options.ProbeEpochs = -1 },
        { "ProbeEpochs", options => options.ProbeEpochs = options.MaxEpochs },
        { "Optimizer", options => options.Optimizer = (OptimizerKind)9 },
        { "LearningRate", options => options.LearningRate = 0 },
        { "LearningRate", options => options.LearningRate = double.NaN },
        { "LearningRate", options => options.LearningRate = double.PositiveInfinity },
        { "MinimumLearningRate", options => options.MinimumLearningRate = 2 * options.LearningRate },
        { "HeadLearningRateFactor", options => options.HeadLearningRateFactor = -1 },
        { "LayerDecay", options => options.LayerDecay = 1.1 },
        { "LayerDecay", options => options.LayerDecay = 0 },
        { "WeightDecay", options => options.WeightDecay = -1e-9 },
        { "GradientClipNorm", options => options.GradientClipNorm = 0 },
        { "Schedule", options => options.Schedule = (LearningRateSchedule)9 },
        { "WarmUpEpochs", options => options.WarmUpEpochs = -1 },
        { "PlateauFactor", options => options.PlateauFactor = 1 },
        { "PlateauPatience", options => options.PlateauPatience = -1 },
        { "Loss", options => options.Loss = (LossFunction)9 },
        { "FocalGamma", options => options.FocalGamma = double.NaN },
        { "LabelSmoothing", options => options.LabelSmoothing = 1 },
        { "ClassWeighting", options => options.ClassWeighting = (ClassWeighting)9 },
        { "ClassWeights[1]", options => (options.ClassWeighting, options.ClassWeights) = (ClassWeighting.Explicit, [1, 0]) },
        { "ValidationFraction", options => options.ValidationFraction = 1 },
        { "OnCancel", options => options.OnCancel = (CancellationBehavior)9 },
        { "FrozenFeatureMegabytes", options => options.FrozenFeatureMegabytes = -1 },
        { "NumberOfThreads", options => options.NumberOfThreads = 0 },
        { "EarlyStopping.Metric", options => options.EarlyStopping.Metric = (ValidationMetric)9 },
        { "EarlyStopping.Patience", options => options.EarlyStopping.Patience = -1 },
        { "EarlyStopping.MinimumImprovement", options => options.EarlyStopping.MinimumImprovement = -0.1 },
        { "Augmentation.CropScaleMinimum", options => options.Augmentation!.CropScaleMinimum = 0 },
        { "Augmentation.CropScaleMaximum", options => options.Augmentation!.CropScaleMaximum = 1.1 },
        { "Augmentation.CropScaleMaximum", options => options.Augmentation!.CropScaleMaximum = 0.1 },
        { "Augmentation.CropRatioMinimum", options => options.Augmentation!.CropRatioMinimum = 0 },
        { "Augmentation.CropRatioMaximum", options => options.Augmentation!.CropRatioMaximum = 0.5 },
        { "Augmentation.HorizontalFlip", options => options.Augmentation!.HorizontalFlip = 1.1 },
        { "Augmentation.VerticalFlip", options => options.Augmentation!.VerticalFlip = -0.1 },
        { "Augmentation.DepthFlip", options => options.Augmentation!.DepthFlip = double.NaN },
        { "Augmentation.RotationDegrees", options => options.Augmentation!.RotationDegrees = 181 },
        { "Augmentation.Padding", options => options.Augmentation!.Padding = (AugmentationPadding)9 },
        { "Augmentation.Brightness", options => options.Augmentation!.Brightness = -1 },
        { "Augmentation.Contrast", options => options.Augmentation!.Contrast = 2 },
        { "Augmentation.ThroughPlaneRotationDegrees", options => options.Augmentation!.ThroughPlaneRotationDegrees = -1 },
        { "Augmentation.ScaleMinimum", options => options.Augmentation!.ScaleMinimum = 0 },
        { "Augmentation.ScaleMaximum", options => options.Augmentation!.ScaleMaximum = 0.9 },
        { "Augmentation.Translation", options => options.Augmentation!.Translation = double.NaN },
        { "Augmentation.ElasticMagnitude", options => options.Augmentation!.ElasticMagnitude = 0.3 },
        { "Augmentation.ElasticWaves", options => options.Augmentation!.ElasticWaves = 0 },
        { "Augmentation.ElasticWaves", options => options.Augmentation!.ElasticWaves = 17 },
        { "Augmentation.GeometryProbability", options => options.Augmentation!.GeometryProbability = 1.1 },
        { "Augmentation.ChannelBrightness", options => options.Augmentation!.ChannelBrightness = -0.1 },
        { "Augmentation.ChannelContrast", options => options.Augmentation!.ChannelContrast = 1.1 },
        { "Augmentation.Saturation", options => options.Augmentation!.Saturation = 1.1 },
        { "Augmentation.HueDegrees", options => options.Augmentation!.HueDegrees = 181 },
        { "Augmentation.GammaMinimum", options => options.Augmentation!.GammaMinimum = 0 },
        { "Augmentation.GammaMaximum", options => options.Augmentation!.GammaMaximum = 0.5 },
        { "Augmentation.BlurSigma", options => options.Augmentation!.BlurSigma = 11 },
        { "Augmentation.SpeckleNoise", options => options.Augmentation!.SpeckleNoise = double.PositiveInfinity },
        { "Augmentation.GaussianNoise", options => options.Augmentation!.GaussianNoise = -1 },
        { "Augmentation.IntensityProbability", options => options.Augmentation!.IntensityProbability = double.NaN },
        { "Augmentation.MixupAlpha", options => options.Augmentation!.MixupAlpha = -1 },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Validate_NamesTheField(string field, Action<TrainingOptions> change)
    {
        var options = new TrainingOptions();
        change(options);

        var error = Assert.Throws<ArgumentOutOfRangeException>(options.Validate);

        Assert.Equal(field, error.ParamName);
        Assert.StartsWith(field, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_OfDefaultsAndPaper_Passes()
    {
        new TrainingOptions().Validate();
        TrainingOptions.Paper().Validate();
        new TrainingOptions { Augmentation = null }.Validate();
        new TrainingOptions { Augmentation = AugmentationOptions.None() }.Validate();
    }

    [Fact]
    public void Presets_AreValid_AndKeepSidesApartWhereTheyMatter()
    {
        AugmentationOptions[] withSides = [AugmentationOptions.ForXRay(), AugmentationOptions.ForCT(), AugmentationOptions.ForMri()];
        AugmentationOptions[] withoutUp = [AugmentationOptions.ForDermoscopy(), AugmentationOptions.ForMicroscopy()];
        Assert.All([.. withSides, .. withoutUp, AugmentationOptions.ForUltrasound()], preset => new TrainingOptions { Augmentation = preset }.Validate());
        Assert.All(withSides, preset => Assert.Equal((0.0, 0.0, 0.0), (preset.HorizontalFlip, preset.VerticalFlip, preset.DepthFlip)));
        Assert.All(withoutUp, preset => Assert.Equal((0.5, 0.5, 180.0, 0.0), (preset.HorizontalFlip, preset.VerticalFlip, preset.RotationDegrees, preset.ThroughPlaneRotationDegrees)));
        Assert.Equal((0.5, 0.0), (AugmentationOptions.ForUltrasound().HorizontalFlip, AugmentationOptions.ForUltrasound().VerticalFlip));
        Assert.Equal((0.0, 1.0, 1.0), (AugmentationOptions.ForCT().Brightness, AugmentationOptions.ForCT().GammaMinimum, AugmentationOptions.ForCT().GammaMaximum));
        Assert.NotSame(AugmentationOptions.ForCT(), AugmentationOptions.ForCT());
    }

    [Fact]
    public void Validate_OfClassWeightsWithoutExplicit_OrTheOtherWayRound_Throws()
    {
        Assert.Throws<ArgumentException>(new TrainingOptions { ClassWeights = [1, 2] }.Validate);
        Assert.Throws<ArgumentException>(new TrainingOptions { ClassWeighting = ClassWeighting.Explicit }.Validate);
        new TrainingOptions { ClassWeighting = ClassWeighting.Explicit, ClassWeights = [1, 2] }.Validate();
    }

    [Fact]
    public void Validate_OfMissingEarlyStopping_Throws() =>
        Assert.Throws<ArgumentNullException>(new TrainingOptions { EarlyStopping = null! }.Validate);

    [Fact]
    public void Clone_SharesNothing_AndCopiesEveryField()
    {
        var options = TrainingOptions.Paper();
        options.ClassWeighting = ClassWeighting.Explicit;
        options.ClassWeights = [1, 2];
        options.Seed = 3;
        var copy = options.Clone();

        Assert.All(Fields(typeof(TrainingOptions)).Where(field => field.FieldType.IsValueType), field => Assert.Equal(field.GetValue(options), field.GetValue(copy)));
        Assert.All(Fields(typeof(TrainingOptions)).Where(field => !field.FieldType.IsValueType), field =>
        {
            Assert.NotNull(field.GetValue(copy));
            Assert.NotSame(field.GetValue(options), field.GetValue(copy));
        });
        Assert.Equal(options.ClassWeights, copy.ClassWeights);
        Assert.Equal(0.08, copy.Augmentation!.CropScaleMinimum);
        Assert.Equal(ValidationMetric.Loss, copy.EarlyStopping.Metric);
    }

    [Fact]
    public void Paper_IsTheProtocolOfThePaper()
    {
        var paper = TrainingOptions.Paper();

        Assert.Equal((OptimizerKind.Adam, 1e-4, 0.0), (paper.Optimizer, paper.LearningRate, paper.WeightDecay));
        Assert.Equal((LearningRateSchedule.ReduceOnPlateau, 0.5, 5, 1e-6), (paper.Schedule, paper.PlateauFactor, paper.PlateauPatience, paper.MinimumLearningRate));
        Assert.Equal((64, ClassWeighting.Balanced, LossFunction.CrossEntropy), (paper.BatchSize, paper.ClassWeighting, paper.Loss));
        Assert.Equal((0.08, 1.0, 0.5, 0.0), (paper.Augmentation!.CropScaleMinimum, paper.Augmentation.CropScaleMaximum, paper.Augmentation.HorizontalFlip, paper.Augmentation.RotationDegrees));
        Assert.Equal((ValidationMetric.Loss, 0), (paper.EarlyStopping.Metric, paper.EarlyStopping.Patience));
    }

    [SkippableTheory]
    [InlineData(typeof(TrainingOptions))]
    [InlineData(typeof(AugmentationOptions))]
    [InlineData(typeof(EarlyStoppingOptions))]
    public void Documentation_NamesTheDefaultOfEveryField(Type type)
    {
        var path = Path.ChangeExtension(typeof(TrainingOptions).Assembly.Location, ".xml");
        Skip.IfNot(File.Exists(path), "The documentation file is not beside the assembly.");
        var documentation = XDocument.Load(path).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary")?.Value ?? string.Empty);
        var defaults = Activator.CreateInstance(type);

        Assert.All(Fields(type), field =>
        {
            var summary = documentation[$"F:{type.FullName}.{field.Name}"];
            var stated = DefaultPattern().Match(summary);
            Assert.True(stated.Success, $"{field.Name} states no default.");
            Assert.Equal(Text(field.GetValue(defaults)), stated.Groups[1].Value);
        });
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        double number => number.ToString("0.##########", CultureInfo.InvariantCulture),
        AugmentationOptions or EarlyStoppingOptions => $"new {value.GetType().Name}()",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Instance);

    [GeneratedRegex(@"Default: (.+)\.\s*$")]
    private static partial Regex DefaultPattern();
}
