namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>The minimum of a strictly convex function by Newton's method with step halving.</summary>
internal static class NewtonMethod
{
    private const int MostSteps = 200;

    /// <summary>Computes a function with its derivatives.</summary>
    /// <param name="point">Where, [size].</param>
    /// <param name="gradient">Zeros, to which the first derivatives are added, [size].</param>
    /// <param name="hessian">Zeros, to the lower triangle of which the second derivatives are added, [size, size].</param>
    /// <returns>The function's value.</returns>
    public delegate double Function(double[] point, double[] gradient, double[] hessian);

    /// <summary>Minimises.</summary>
    /// <param name="start">Where to begin; it is not changed.</param>
    /// <param name="function">The function.</param>
    /// <exception cref="CalibrationException">The function has no minimum, or none that can be computed.</exception>
    public static double[] Minimize(double[] start, Function function)
    {
        var size = start.Length;
        var point = (double[])start.Clone();
        for (var step = 0; step < MostSteps; step++)
        {
            var (gradient, hessian) = (new double[size], new double[size * size]);
            var value = function(point, gradient, hessian);
            if (!double.IsFinite(value) || !Cholesky.TryFactor(hessian, size))
            {
                throw new CalibrationException("The calibration has no single best answer for these validation rows; their scores may be too extreme or too much alike.");
            }

            var direction = Array.ConvertAll(gradient, derivative => -derivative);
            Cholesky.Solve(hessian, direction);
            var expectedGain = 0.0;
            for (var k = 0; k < size; k++)
            {
                expectedGain -= gradient[k] * direction[k];
            }

            // Half of it is what a quadratic function would still lose: nothing that the value could show.
            if (expectedGain <= 1e-24 * Math.Max(1, Math.Abs(value)))
            {
                return point;
            }

            if (Descend(point, direction, value, expectedGain, function) is not { } next)
            {
                return point;
            }

            point = next;
        }

        throw new CalibrationException($"The calibration did not settle in {MostSteps} steps; the validation rows' scores may be too extreme.");
    }

    // Null where rounding hides any further gain.
    private static double[]? Descend(double[] point, double[] direction, double value, double expectedGain, Function function)
    {
        var size = point.Length;
        for (var share = 1.0; share > 1e-10; share /= 2)
        {
            var candidate = new double[size];
            for (var k = 0; k < size; k++)
            {
                candidate[k] = point[k] + share * direction[k];
            }

            if (candidate.AsSpan().SequenceEqual(point))
            {
                return null;
            }

            var reached = function(candidate, new double[size], new double[size * size]);
            if (reached <= value - 1e-4 * share * expectedGain)
            {
                return candidate;
            }

            // Close to the minimum the value cannot show the gain any more, but the full step is right.
            if (share == 1 && expectedGain < 1e-10 * Math.Max(1, Math.Abs(value)) && Math.Abs(reached - value) <= 1e-12 * Math.Max(1, Math.Abs(value)))
            {
                return candidate;
            }
        }

        return null;
    }
}
