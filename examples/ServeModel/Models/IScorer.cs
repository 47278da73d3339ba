namespace ServeModel.Models;

/// <summary>Scores prepared images for many callers at once.</summary>
internal interface IScorer : IDisposable
{
    /// <summary>Scores an image.</summary>
    ScoredRow Score(float[] pixels);
}
