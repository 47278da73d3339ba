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

    /// <summary>Statistics of one grey image that do not depend on its brightness, contrast, polarity or rotation.</summary>
    public static double[] Extract(LabelledImages images, int index)
    {
        var size = images.SpatialShape[0];
        var values = new float[images.ValuesPerImage];
        images.CopyImage(index, values);
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(x => (x - mean) * (x - mean))) + 1e-6;
        var image = values.Select(x => (x - mean) / deviation).ToArray();
        var features = new List<double> { Math.Abs(image.Average(x => x * x * x)), image.Average(x => x * x * x * x) };
        for (var scale = 0; scale < Scales; scale++)
        {
            AddGradientFeatures(features, image, size);
            (image, size) = (Halve(image, size), size / 2);
        }

        return [.. features];
    }

    private static void AddGradientFeatures(List<double> features, double[] image, int size)
    {
        var (sum, squares, laplacian, xx, yy, xy, count) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0);
        for (var row = 1; row < size - 1; row++)
        {
            for (var i = (row * size) + 1; i < ((row + 1) * size) - 1; i++)
            {
                var (x, y) = (image[i + 1] - image[i - 1], image[i + size] - image[i - size]);
                var magnitude = Math.Sqrt((x * x) + (y * y));
                sum += magnitude;
                squares += magnitude * magnitude;
                laplacian += Math.Abs(image[i + 1] + image[i - 1] + image[i + size] + image[i - size] - (4 * image[i]));
                (xx, yy, xy) = (xx + (x * x), yy + (y * y), xy + (x * y));
                count++;
            }
        }

        var average = sum / count;
        features.Add(average);
        features.Add(Math.Sqrt((squares / count) - (average * average)) / (average + 1e-9));
        features.Add(laplacian / count);

        // How much one direction prevails.
        features.Add(Math.Sqrt(((xx - yy) * (xx - yy)) + (4 * xy * xy)) / (xx + yy + 1e-9));
    }

    private static double[] Halve(double[] image, int size)
    {
        var half = size / 2;
        var result = new double[half * half];
        for (var row = 0; row < half; row++)
        {
            for (var column = 0; column < half; column++)
            {
                var i = (2 * row * size) + (2 * column);
                result[(row * half) + column] = 0.25 * (image[i] + image[i + 1] + image[i + size] + image[i + size + 1]);
            }
        }

        return result;
    }
}
