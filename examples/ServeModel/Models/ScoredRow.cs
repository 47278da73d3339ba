using Microsoft.ML.Data;

namespace ServeModel.Models;

/// <summary>What every model of the library answers; the flag is there where the model has one.</summary>
internal abstract class ScoredRow
{
    public float OutOfDistributionScore { get; set; } = float.NaN;

    public bool IsOutOfDistribution { get; set; }

    /// <summary>Probabilities in the order of the classes.</summary>
    public abstract float[] Probabilities();

    /// <summary>Index of the class that the model decides for, by its own threshold.</summary>
    public abstract int Decision();

    /// <summary>A yes-or-no model.</summary>
    internal sealed class Binary : ScoredRow
    {
        public float Probability { get; set; }

        [ColumnName("PredictedLabel")]
        public bool IsPositive { get; set; }

        public override float[] Probabilities() => [1 - Probability, Probability];

        public override int Decision() => IsPositive ? 1 : 0;
    }

    /// <summary>A model of several classes.</summary>
    internal sealed class Multiclass : ScoredRow
    {
        public float[] Score { get; set; } = [];

        public override float[] Probabilities() => Score;

        public override int Decision() => Array.IndexOf(Score, Score.Max());
    }
}
