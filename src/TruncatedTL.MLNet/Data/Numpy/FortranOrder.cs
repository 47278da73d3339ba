namespace TruncatedTL.MLNet.Data.Numpy;

/// <summary>Reorders arrays that were stored with the first dimension varying fastest.</summary>
internal static class FortranOrder
{
    /// <summary>Copies values from Fortran order (first dimension fastest) to C order (last dimension fastest).</summary>
    /// <param name="values">As many values as the shape has, in Fortran order.</param>
    /// <param name="shape">The dimensions, outermost first in C order.</param>
    /// <returns>A new array, or <paramref name="values"/> itself where both orders are the same.</returns>
    public static T[] ToCOrder<T>(T[] values, int[] shape)
    {
        if (values.Length < 2 || shape.Length < 2)
        {
            return values;
        }

        var strides = new int[shape.Length];
        strides[0] = 1;
        for (var axis = 1; axis < shape.Length; axis++)
        {
            strides[axis] = strides[axis - 1] * shape[axis - 1];
        }

        var result = new T[values.Length];
        var index = new int[shape.Length];
        var (innerLength, innerStride) = (shape[^1], strides[^1]);
        var rowStart = 0;
        for (var target = 0; target < result.Length; target += innerLength)
        {
            for (var i = 0; i < innerLength; i++)
            {
                result[target + i] = values[rowStart + (i * innerStride)];
            }

            // Advance all axes but the innermost like an odometer.
            for (var axis = shape.Length - 2; axis >= 0; axis--)
            {
                rowStart += strides[axis];
                if (++index[axis] < shape[axis])
                {
                    break;
                }

                rowStart -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
        }

        return result;
    }
}
