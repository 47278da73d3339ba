namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Every default of training in one place. The documentation of each option repeats its value after "Default:"; a test
/// compares the two. docs/training.md tells how they were chosen.
/// </summary>
internal static class TrainingDefaults
{
    public const int BatchSize = 32;
    public const int MaxEpochs = 30;
    public const int ProbeEpochs = 0;
    public const int Seed = 1;

    public const OptimizerKind Optimizer = OptimizerKind.AdamW;
    public const double LearningRate = 1e-3;
    public const double MinimumLearningRate = 1e-6;
    public const double HeadLearningRateFactor = 1;
    public const double LayerDecay = 1;
    public const double WeightDecay = 1e-2;
    public const double GradientClipNorm = 5;
    public const int DivergenceRetries = 3;
    public const int FrozenFeatureMegabytes = 1024;
    public const NumberFormat NumberFormat = Training.NumberFormat.Float32;
    public const bool AllowTensorFloat32 = false;

    public const LearningRateSchedule Schedule = LearningRateSchedule.ReduceOnPlateau;
    public const double WarmUpEpochs = 1;
    public const double PlateauFactor = 0.5;
    public const int PlateauPatience = 5;

    public const LossFunction Loss = LossFunction.CrossEntropy;
    public const double FocalGamma = 2;
    public const double LabelSmoothing = 0;
    public const ClassWeighting ClassWeighting = Training.ClassWeighting.Balanced;
    public const bool BalancedSampling = false;

    public const double ValidationFraction = 0.2;
    public const ValidationMetric Metric = ValidationMetric.Auroc;
    public const int Patience = 8;
    public const double MinimumImprovement = 0;
    public const CancellationBehavior OnCancel = CancellationBehavior.KeepBest;

    public const double CropScaleMinimum = 0.7;
    public const double CropScaleMaximum = 1;
    public const double CropRatioMinimum = 0.9;
    public const double CropRatioMaximum = 1.1;
    public const double HorizontalFlip = 0.5;
    public const double VerticalFlip = 0;
    public const double DepthFlip = 0;
    public const double RotationDegrees = 10;
    public const double ScaleMinimum = 1;
    public const double ScaleMaximum = 1;
    public const double Translation = 0;
    public const double ElasticMagnitude = 0;
    public const int ElasticWaves = 4;
    public const double GeometryProbability = 1;
    public const AugmentationPadding Padding = AugmentationPadding.Border;
    public const double Brightness = 0.1;
    public const double Contrast = 0.1;
    public const double ChannelBrightness = 0;
    public const double ChannelContrast = 0;
    public const double Saturation = 0;
    public const double HueDegrees = 0;
    public const double GammaMinimum = 1;
    public const double GammaMaximum = 1;
    public const double BlurSigma = 0;
    public const double SpeckleNoise = 0;
    public const double GaussianNoise = 0;
    public const double IntensityProbability = 1;
    public const double MixupAlpha = 0;
}
