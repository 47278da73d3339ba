using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Explanations;

/// <summary>
/// Where the features of a unit lie: feature i looks at a stretch of the input whose middle is pixel <c>Start + i Step</c>.
/// </summary>
/// <param name="Start">Pixel of the input, counted from 0, under the middle of the first feature.</param>
/// <param name="Step">Pixels from one feature to the next.</param>
/// <remarks>
/// Stretching the map over the image, as is usual, takes <c>Start = (Step - 1) / 2</c>. The padding of the networks here keeps Start near 0, and at a step of
/// 32 pixels the stretched map would lie almost 16 pixels too far to the right and down.
/// </remarks>
internal readonly record struct AxisGeometry(double Start, double Step)
{
    /// <summary>The geometry of each axis behind some units.</summary>
    public static AxisGeometry[] Behind(IEnumerable<BackboneUnit> units, int spatialRank)
    {
        var axes = Enumerable.Repeat(new AxisGeometry(0, 1), spatialRank).ToArray();
        foreach (var unit in units)
        {
            axes = Through(unit.Body, axes);
        }

        return axes;
    }

    private static AxisGeometry[] Through(Layer layer, AxisGeometry[] axes) => layer switch
    {
        Convolution c => Window(axes, c.Kernel, c.Stride, c.Padding, c.Dilation),
        Pooling p => Window(axes, p.Kernel, p.Stride, p.Padding, Axes.Same(axes.Length, 1)),
        Sequence s => s.Layers.Aggregate(axes, (current, next) => Through(next, current)),
        // The paths of a unit meet at the same places, but for those that look at the whole image and only scale.
        Branches b => Through(b.Paths.First(path => !LooksEverywhere(path)), axes),
        _ => axes,
    };

    private static bool LooksEverywhere(Layer layer) =>
        layer is GlobalAveragePooling || (layer is Sequence sequence && sequence.Layers.Any(LooksEverywhere));

    private static AxisGeometry[] Window(
        AxisGeometry[] axes, IReadOnlyList<int> kernel, IReadOnlyList<int> stride, IReadOnlyList<int> padding, IReadOnlyList<int> dilation) =>
        axes.Select((axis, i) => new AxisGeometry(
            axis.Start + (((dilation[i] * (kernel[i] - 1) / 2.0) - padding[i]) * axis.Step),
            axis.Step * stride[i])).ToArray();
}
