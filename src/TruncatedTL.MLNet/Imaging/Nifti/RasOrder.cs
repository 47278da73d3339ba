namespace TruncatedTL.MLNet.Imaging.Nifti;

/// <summary>Flips and transposes a volume so that x runs to the right, y to anterior and z to superior.</summary>
internal static class RasOrder
{
    /// <summary>Reorders values.</summary>
    /// <param name="values">[C, D, H, W] with W along x, H along y, D along z.</param>
    /// <param name="shape">D, H, W.</param>
    /// <param name="orientation">Where x, y and z run.</param>
    /// <returns>The reordered values and their shape (D, H, W).</returns>
    public static (float[] Values, int[] Shape) Apply(float[] values, int[] shape, NiftiOrientation orientation)
    {
        var voxels = shape[0] * shape[1] * shape[2];

        // By anatomical axis (0 right, 1 anterior, 2 superior): its length, and how far apart neighbours along it are stored.
        var (lengths, steps, start) = (new int[3], new int[3], 0);
        var stride = 1;
        for (var axis = 0; axis < 3; axis++)
        {
            var length = shape[2 - axis];
            var target = orientation.AnatomicalAxes[axis];
            lengths[target] = length;
            steps[target] = orientation.IsReversed[axis] ? -stride : stride;
            start += orientation.IsReversed[axis] ? (length - 1) * stride : 0;
            stride *= length;
        }

        var reordered = new float[values.Length];
        var next = 0;
        for (var channelStart = 0; channelStart < values.Length; channelStart += voxels)
        {
            for (var z = 0; z < lengths[2]; z++)
            {
                for (var y = 0; y < lengths[1]; y++)
                {
                    var source = channelStart + start + (z * steps[2]) + (y * steps[1]);
                    for (var x = 0; x < lengths[0]; x++)
                    {
                        reordered[next++] = values[source + (x * steps[0])];
                    }
                }
            }
        }

        return (reordered, [lengths[2], lengths[1], lengths[0]]);
    }

    /// <summary>Puts what belongs to x, y and z into the order right, anterior, superior.</summary>
    public static double[] Reorder(double[] byStoredAxis, NiftiOrientation orientation)
    {
        var reordered = new double[3];
        for (var axis = 0; axis < 3; axis++)
        {
            reordered[orientation.AnatomicalAxes[axis]] = byStoredAxis[axis];
        }

        return reordered;
    }
}
