using TruncatedTL.MLNet.Files;

namespace TruncatedTL.MLNet.Explanations;

/// <summary>Where in an image a network saw a class: a map in the size of the image.</summary>
public sealed class Explanation
{
    private readonly float[] _pixels;
    private readonly bool _isByte;

    internal Explanation(
        ExplanationMethod method, string? unit, ClassDecision decision, CoarseMap coarse, float[] rawMap, IReadOnlyList<int> shape, float[] pixels, bool isByte)
    {
        Method = method;
        Unit = unit;
        ClassName = decision.ClassName;
        ClassIndex = decision.ClassIndex;
        Probability = decision.Probability;
        RawMap = rawMap;
        CoarseMap = coarse.Values;
        CoarseShape = coarse.Shape;
        Shape = shape;
        _pixels = pixels;
        _isByte = isByte;
        var largest = rawMap.Max();
        Map = Array.ConvertAll(rawMap, value => largest > 0 ? Math.Max(0, value) / largest : 0);
    }

    /// <summary>How it was found.</summary>
    public ExplanationMethod Method { get; }

    /// <summary>Grad-CAM: the unit whose features were looked at; occlusion: null.</summary>
    public string? Unit { get; }

    /// <summary>The class that is explained.</summary>
    public string ClassName { get; }

    /// <summary>Index of the class in the order of the scores.</summary>
    public int ClassIndex { get; }

    /// <summary>What the network holds the class's probability to be, before any later calibration.</summary>
    public double Probability { get; }

    /// <summary>H, W (or D, H, W) of the maps: the size of the image.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>
    /// The map from 0 to 1, row-major: what speaks for the class, divided by the largest value. All 0 where nothing does. Maps of different images
    /// are not comparable; <see cref="RawMap"/> is.
    /// </summary>
    public float[] Map { get; }

    /// <summary>
    /// The map in the units of the class's logit, row-major. Grad-CAM: the weighted sum of the features after the ReLU, enlarged. Occlusion: how far the
    /// logit falls while the pixel is covered, on average over the patches that cover it; negative where it rises.
    /// </summary>
    public float[] RawMap { get; }

    /// <summary>
    /// The map as it was computed, row-major. Grad-CAM: at the unit's resolution, before the ReLU (negative: against the class). Occlusion: one value a patch.
    /// </summary>
    public float[] CoarseMap { get; }

    /// <summary>H, W (or D, H, W) of <see cref="CoarseMap"/>.</summary>
    public IReadOnlyList<int> CoarseShape { get; }

    /// <summary>Where the map is largest: row and column (or slice, row and column) from 0. The first of several such places.</summary>
    public IReadOnlyList<int> MaximumPosition
    {
        get
        {
            var index = Array.IndexOf(RawMap, RawMap.Max());
            var position = new int[Shape.Count];
            for (var axis = position.Length - 1; axis >= 0; axis--)
            {
                position[axis] = index % Shape[axis];
                index /= Shape[axis];
            }

            return position;
        }
    }

    /// <summary>
    /// Draws the map in colour over the image: dark violet, where it is low, by way of red to light yellow; where it is 0 the image shows unchanged. Small
    /// images are enlarged. Of volumes a sheet of slices along depth is shown, that with the maximum among them.
    /// </summary>
    /// <param name="path">The PNG file, which is replaced if it exists, when the new one is complete; its folder exists.</param>
    /// <param name="options">How to draw; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or the picture would have more than 100 million pixels.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public void SaveOverlayPng(string path, OverlayOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new OverlayOptions();
        options.Check();
        var picture = new OverlayPicture(_pixels, _isByte, Shape, Map, options);
        PngFile.Write(path, picture.Draw(MaximumPosition), picture.Width, picture.Height);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{Method}{(Unit is null ? string.Empty : $" at {Unit}")}: {ClassName} {Probability:0.000}, maximum at ({string.Join(", ", MaximumPosition)})");
}
