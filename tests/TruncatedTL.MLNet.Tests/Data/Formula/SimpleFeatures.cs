using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Tests.Data.Formula;

/// <summary>
/// A deliberately weak classifier: a few statistics of gradients at four scales, and the nearest class mean. What it can
/// tell apart, a network can.
/// </summary>
internal static class SimpleFeatures
{
    private const int Scales = 4;

    /// <summary>Share of the test images whose nearest class mean, by training images, is their own class's.</summary>
    public static double NearestMeanAccuracy(LabelledImages training, LabelledImages test)
    {
        var trainingFeatures = Enumerable.Range(0, training.Count).Select(i => Extract(training, i)).ToArray();
        var length = trainingFeatures[0].Length;
        var mean = new double[length];
        var deviation = new double[length];
        for (var f = 0; f < length; f++)
        {
            mean[f] = trainingFeatures.Average(x => x[f]);
            deviation[f] = Math.Sqrt(trainingFeatures.Average(x => (x[f] - mean[f]) * (x[f] - mean[f]))) + 1e-9;
        }

        var centres = new double[training.ClassCount][];
        for (var c = 0; c < centres.Length; c++)
        {
            var members = Enumerable.Range(0, training.Count).Where(i => training.LabelOf(i) == c).ToArray();
            centres[c] = [.. Enumerable.Range(0, length).Select(f => members.Average(i => (trainingFeatures[i][f] - mean[f]) / deviation[f]))];
        }

        var correct = 0;
        for (var i = 0; i < test.Count; i++)
        {
            var features = Extract(test, i);
            var nearest = centres.Select((centre, c) => (Distance: centre.Select((value, f) => Math.Pow(value - ((features[f] - mean[f]) / deviation[f]), 2)).Sum(), c)).Min().c;
            correct += nearest == test.LabelOf(i) ? 1 : 0;
        }

        return correct / (double)test.Count;
    }

    /// <summary>Statistics of one grey image or cubic volume that do not depend on its brightness, contrast, polarity or rotation.</summary>
    public static double[] Extract(LabelledImages images, int index)
    {
        var (size, rank) = (images.SpatialShape[0], images.SpatialRank);
        var values = new float[images.ValuesPerImage];
        images.CopyImage(index, values);
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(x => (x - mean) * (x - mean))) + 1e-6;
        var image = values.Select(x => (x - mean) / deviation).ToArray();
        var features = new List<double> { Math.Abs(image.Average(x => x * x * x)), image.Average(x => x * x * x * x) };
        for (var scale = 0; scale < Scales; scale++)
        {
            AddGradientFeatures(features, image, size, rank);
            (image, size) = (Halve(image, size, rank), size / 2);
        }

        return [.. features];
    }

    private static void AddGradientFeatures(List<double> features, double[] image, int size, int rank)
    {
        int[] steps = [1, size, size * size];
        var (sum, squares, laplacian, count) = (0.0, 0.0, 0.0, 0);
        var tensor = new double[3, 3];
        Span<double> gradient = stackalloc double[3];
        for (var i = 0; i < image.Length; i++)
        {
            if (IsBorder(i, size, rank))
            {
                continue;
            }

            var (length, curvature) = (0.0, -2.0 * rank * image[i]);
            for (var axis = 0; axis < rank; axis++)
            {
                var (before, after) = (image[i - steps[axis]], image[i + steps[axis]]);
                gradient[axis] = after - before;
                length += gradient[axis] * gradient[axis];
                curvature += before + after;
            }

            sum += Math.Sqrt(length);
            squares += length;
            laplacian += Math.Abs(curvature);
            count++;
            for (var cell = 0; cell < 9; cell++)
            {
                tensor[cell / 3, cell % 3] += gradient[cell / 3] * gradient[cell % 3];
            }
        }

        var average = sum / count;
        features.Add(average);
        features.Add(Math.Sqrt(Math.Max(0.0, (squares / count) - (average * average))) / (average + 1e-9));
        features.Add(laplacian / count);

        // How much one direction prevails: the spread of the eigenvalues of the tensor, from 0 to 1.
        var (trace, norm) = (0.0, 0.0);
        for (var cell = 0; cell < 9; cell++)
        {
            trace += cell / 3 == cell % 3 ? tensor[cell / 3, cell % 3] : 0.0;
            norm += tensor[cell / 3, cell % 3] * tensor[cell / 3, cell % 3];
        }

        features.Add(Math.Sqrt(Math.Max(0.0, ((rank * norm / ((trace * trace) + 1e-18)) - 1) / (rank - 1))));
    }

    private static bool IsBorder(int index, int size, int rank)
    {
        for (var axis = 0; axis < rank; axis++)
        {
            if (index % size == 0 || index % size == size - 1)
            {
                return true;
            }

            index /= size;
        }

        return false;
    }

    private static double[] Halve(double[] image, int size, int rank)
    {
        var half = size / 2;
        var result = new double[rank == 3 ? half * half * half : half * half];
        for (var i = 0; i < result.Length; i++)
        {
            var corner = ((((i / half / half * 2 * size) + (i / half % half * 2)) * size) + (i % half * 2));
            for (var neighbour = 0; neighbour < 1 << rank; neighbour++)
            {
                result[i] += image[corner + (neighbour & 1) + ((neighbour >> 1 & 1) * size) + ((neighbour >> 2) * size * size)] / (1 << rank);
            }
        }

        return result;
    }
}
