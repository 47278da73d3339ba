using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>The headline claim: a saved model predicts in a program that has neither our assembly nor libtorch.</summary>
public sealed class PredictOnlyTests
{
    [Fact]
    public void A_program_without_our_packages_loads_the_zip_and_predicts_the_same()
    {
        var context = new MLContext(seed: 1);
        var train = SyntheticImages.View(context, 48, classes: 3);
        using var model = Trainers.Multiclass(context).Fit(train);
        using var zip = new TemporaryPath(".zip");
        using var pixels = new TemporaryPath(".raw");
        context.Model.Save(model, train.Schema, zip.Path);
        var images = train.GetColumn<byte[]>("Image").Take(4).ToArray();
        File.WriteAllBytes(pixels.Path, images.SelectMany(image => image).ToArray());

        var output = Directory.CreateTempSubdirectory("truncatedtl-predict-only-");
        try
        {
            Run("dotnet", ["build", Path.Combine(RepositoryFiles.Root, "examples", "PredictOnly"), "--configuration", "Release", "--output", output.FullName, "-nodeReuse:false"]);
            Assert.DoesNotContain(output.GetFiles(), f => f.Name.Contains("TruncatedTL") || f.Name.Contains("Torch", StringComparison.OrdinalIgnoreCase));
            var lines = Run("dotnet", [Path.Combine(output.FullName, "PredictOnly.dll"), zip.Path, pixels.Path]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var expected = model.Transform(train).GetColumn<float[]>("Score").Take(4).ToArray();
            Assert.Equal(4, lines.Length);
            for (var i = 0; i < 4; i++)
            {
                Assert.Contains(string.Join(", ", expected[i].Select(s => s.ToString("0.0000", CultureInfo.InvariantCulture))), lines[i]);
                Assert.Contains(SyntheticImages.ClassNames[Array.IndexOf(expected[i], expected[i].Max())], lines[i]);
            }
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    private static string Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{errors.Result}");
        return output;
    }
}
