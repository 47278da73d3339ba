using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Loading;

/// <summary>The loaders together with the library's own readers.</summary>
public sealed class RealFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _mlContext = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pictures_of_several_formats_in_one_folder_are_rows()
    {
        WritePicture("dark/1.png", 30);
        WritePicture("dark/2.jpg", 30);
        WritePicture("bright/1.PNG", 210);
        var options = new ImageLoadOptions { Preparation = new ImagePreparation([6, 6]) { Intensity = ImageIntensity.EightBit } };
        var data = _mlContext.Data.LoadImageFiles(_folder.FullName, options, out var report);
        Assert.Equal(["bright", "dark", "dark"], data.GetColumn<string>("Label"));
        Assert.Equal([210f, 30, 30], data.GetColumn<float[]>("Image").Select(image => image.Average()), (a, b) => Math.Abs(a - b) <= 1);
        Assert.Equal(3 * 36, report.MemoryBytes);
    }

    [SkippableFact]
    public void NIfTI_volumes_are_rows_in_millimetres()
    {
        var source = RepositoryFiles.RequireShared("data/nifti/anatomical.nii");
        Directory.CreateDirectory(_folder.PathOf("a"));
        File.Copy(source, _folder.PathOf("a/1.nii"));
        var preparation = new ImagePreparation([20, 20, 20]) { SpacingMillimetres = [3, 3, 3], ReorientToRas = true, Intensity = ImageIntensity.MagneticResonance };
        var data = _mlContext.Data.LoadImageFiles(_folder.FullName, new ImageLoadOptions { Preparation = preparation });
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 1, 20, 20, 20), data.Schema["Image"].Type);
        var image = data.GetColumn<float[]>("Image").Single();
        Assert.Equal(preparation.Apply(ImageReaders.Read(source, new ImageReadOptions { ReorientToRas = true })), image);
        Assert.NotEqual(new ImagePreparation([20, 20, 20]) { SpacingMillimetres = [3, 3, 3], Intensity = ImageIntensity.MagneticResonance }.Load(source), image);
    }

    private void WritePicture(string name, byte grey)
    {
        var path = _folder.Write(name, []);
        var pixels = new byte[8 * 8 * 4];
        Array.Fill(pixels, grey);
        for (var alpha = 3; alpha < pixels.Length; alpha += 4)
        {
            pixels[alpha] = 255;
        }

        using var image = MLImage.CreateFromPixels(8, 8, MLPixelFormat.Rgba32, pixels);
        image.Save(path);
    }
}
