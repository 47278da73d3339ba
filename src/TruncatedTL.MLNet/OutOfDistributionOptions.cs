using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet;

/// <summary>
/// Lets a model say how unlike its training images an image is, so that the program that uses it can refuse a photograph, another organ or a defective file
/// instead of taking the model's answer for it.
/// </summary>
/// <remarks>
/// The score is the Mahalanobis distance (Lee et al. 2018, arXiv 1807.03888) of the features at the cut, averaged over space, to the nearest class of the
/// training images, with one covariance for all classes (shrunk after Ledoit and Wolf), divided by a threshold: the chosen quantile of the validation
/// images. The model puts it out in the same run as the class scores, in two further columns of every scored view and of the saved zip. While they are
/// computed, columns of the input with the names Score, PredictedLabel and Probability are dropped. The zip grows by four bytes times the square of the number of features.
/// </remarks>
public sealed class OutOfDistributionOptions
{
    /// <summary>Share of images like those of validation that are not flagged, greater than 0 and less than 1. Default: 0.95.</summary>
    public double Quantile = 0.95;

    /// <summary>Name of the column with the score: Single, 0 or more; above 1 beyond the threshold. Default: "OutOfDistributionScore".</summary>
    public string ScoreColumnName = "OutOfDistributionScore";

    /// <summary>Name of the column that says whether the score exceeds 1: Boolean. Default: "IsOutOfDistribution".</summary>
    public string FlagColumnName = "IsOutOfDistribution";

    internal void Validate()
    {
        OptionChecks.InRange(Quantile, 1e-6, 1 - 1e-6, $"{nameof(TransferLearningOptions.OutOfDistribution)}.{nameof(Quantile)}");
        ArgumentException.ThrowIfNullOrWhiteSpace(ScoreColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(FlagColumnName);
        if (ScoreColumnName == FlagColumnName)
        {
            throw new ArgumentException($"{nameof(ScoreColumnName)} and {nameof(FlagColumnName)} are both '{FlagColumnName}'.", nameof(FlagColumnName));
        }
    }
}
