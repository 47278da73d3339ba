using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using SkiaSharp;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// Images a second from file to pixels: this library's loader against ML.NET's LoadImages, ResizeImages and ExtractPixels, on the same generated files. Repeats of
/// all ways are interleaved, so that other work on the machine hits them alike.
/// </summary>
internal static class ReadBenchmark
{
    private const int DistinctImages = 20;
    private const int JpegQuality = 90;

    private static readonly (string Name, SKEncodedImageFormat Format, int Channels, bool ReducedDecoding)[] Kinds =
    [
        ("PNG, grey", SKEncodedImageFormat.Png, 1, false),
        ("PNG, colour", SKEncodedImageFormat.Png, 3, false),
        ("JPEG, grey", SKEncodedImageFormat.Jpeg, 1, false),
        ("JPEG, colour", SKEncodedImageFormat.Jpeg, 3, false),
        ("JPEG, grey, reduced decoding", SKEncodedImageFormat.Jpeg, 1, true),
        ("JPEG, colour, reduced decoding", SKEncodedImageFormat.Jpeg, 3, true),
    ];

    public static Command Command()
    {
        var images = new Option<int>("--images") { Description = "files of each kind", DefaultValueFactory = _ => 1000 };
        var size = new Option<int>("--size") { Description = "side of the images in the files", DefaultValueFactory = _ => 512 };
        var target = new Option<int>("--target") { Description = "side of the prepared images", DefaultValueFactory = _ => 224 };
        var repeats = new Option<int>("--repeats") { DefaultValueFactory = _ => 5 };
        var only = new Option<string>("--only") { Description = "kinds of files whose name holds this", DefaultValueFactory = _ => string.Empty };
        var output = new Option<FileInfo>("--output") { Required = true };
        var command = new Command("read", "times reading and preparing image files against ML.NET's own transforms") { images, size, target, repeats, only, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(images),
            result.GetRequiredValue(size),
            result.GetRequiredValue(target),
            result.GetRequiredValue(repeats),
            result.GetRequiredValue(only),
            result.GetRequiredValue(output).FullName));
        return command;
    }

    private static void Run(int images, int size, int target, int repeats, string only, string output)
    {
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"# From image files to pixels: {images} files of {size} x {size}, prepared to {target} x {target}");
        table.AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"Medians of {repeats} interleaved repeats on {Environment.ProcessorCount} cores, files in the system's cache; every prepared image is read once. Images a second by the clock, and milliseconds of processor time an image, which other work on the machine disturbs less.");
        table.AppendLine();
        table.AppendLine("| files | ML.NET | this library, 1 thread | this library | ratio | ML.NET, ms CPU | this library, ms CPU | ratio |");
        table.AppendLine("|---|---|---|---|---|---|---|---|");
        var differences = new List<string>();
        foreach (var (name, format, channels, isReduced) in Kinds.Where(kind => kind.Name.Contains(only, StringComparison.Ordinal)))
        {
            var folder = Directory.CreateTempSubdirectory("truncatedtl-read-");
            try
            {
                WriteFiles(folder.FullName, images, size, format, channels);
                var preparation = new ImagePreparation([target, target], channels) { ReducedDecoding = isReduced };
                var line = Compare(name, folder.FullName, images, preparation, repeats);
                if (isReduced)
                {
                    differences.Add(Differences(name, folder.FullName, preparation));
                }

                Console.WriteLine(line);
                table.AppendLine(line);
                File.WriteAllText(output, table.ToString());
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        if (differences.Count == 0)
        {
            return;
        }

        table.AppendLine().AppendLine("Reduced decoding changes the prepared pixels (of 255):").AppendLine();
        table.AppendLine("| files | mean difference | 99 of 100 differ by at most | largest |").AppendLine("|---|---|---|---|");
        differences.ForEach(line => table.AppendLine(line));
        File.WriteAllText(output, table.ToString());
    }

    private static string Differences(string name, string folder, ImagePreparation reduced)
    {
        var full = new ImagePreparation(reduced.Size, reduced.Channels);
        var differences = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(DistinctImages)
            .SelectMany(path => reduced.Load(path).Zip(full.Load(path), (one, other) => Math.Abs(one - other)))
            .Order()
            .ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {differences.Average():0.00} | {differences[(int)(0.99 * (differences.Length - 1))]:0} | {differences[^1]:0} |");
    }

    private static string Compare(string name, string folder, int images, ImagePreparation preparation, int repeats)
    {
        Action[] ways =
        [
            () => ReadByMLNet(folder, preparation.Size[0], preparation.Channels),
            () => Read(folder, preparation, threads: 1),
            () => Read(folder, preparation, Environment.ProcessorCount),
        ];

        // Once for what only the first run pays: code generation and the system's cache.
        foreach (var way in ways)
        {
            way();
        }

        var (seconds, busy) = (ways.Select(_ => new List<double>()).ToArray(), ways.Select(_ => new List<double>()).ToArray());
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            for (var way = 0; way < ways.Length; way++)
            {
                // What the last way has left behind is not the next one's work.
                GC.Collect();
                var (watch, start) = (Stopwatch.StartNew(), ProcessorTime());
                ways[way]();
                seconds[way].Add(watch.Elapsed.TotalSeconds);
                busy[way].Add((ProcessorTime() - start).TotalMilliseconds / images);
            }
        }

        var rates = seconds.Select(times => images / Median(times)).ToArray();
        var costs = busy.Select(Median).ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {rates[0]:0} | {rates[1]:0} | {rates[2]:0} | {rates[2] / rates[0]:0.0} | {costs[0]:0.0} | {costs[1]:0.0} | {costs[0] / costs[1]:0.0} |");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static void ReadByMLNet(string folder, int target, int channels)
    {
        var context = new MLContext(seed: 1);
        var files = context.Data.LoadImageFolder(folder);
        var colours = channels == 1 ? ImagePixelExtractingEstimator.ColorBits.Red : ImagePixelExtractingEstimator.ColorBits.Rgb;
        var pipeline = context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(context.Transforms.ResizeImages("Image", target, target, resizing: ImageResizingEstimator.ResizingKind.IsoPad))
            .Append(context.Transforms.ExtractPixels("Pixels", "Image", colours));
        ReadColumn(pipeline.Fit(files).Transform(files), "Pixels");
    }

    private static void Read(string folder, ImagePreparation preparation, int threads)
    {
        var context = new MLContext(seed: 1);
        var options = new ImageLoadOptions { Preparation = preparation, MaxDegreeOfParallelism = threads };
        ReadColumn(context.Data.LoadImageFiles(folder, options), "Image");
    }

    private static void ReadColumn(IDataView view, string name)
    {
        using var cursor = view.GetRowCursor([view.Schema[name]]);
        var getter = cursor.GetGetter<VBuffer<float>>(view.Schema[name]);
        VBuffer<float> pixels = default;
        while (cursor.MoveNext())
        {
            getter(ref pixels);
        }
    }

    private static void WriteFiles(string folder, int count, int size, SKEncodedImageFormat format, int channels)
    {
        var source = new FormulaLesionSource(new FormulaLesionOptions { ImagesPerClass = DistinctImages / 2, Size = size, Channels = channels });
        var suffix = format == SKEncodedImageFormat.Png ? ".png" : ".jpg";
        var pixels = new byte[source.ValuesPerImage];
        for (var i = 0; i < DistinctImages; i++)
        {
            source.CopyImage(i, pixels);
            var content = Encode(pixels, size, format, channels);
            for (var copy = i; copy < count; copy += DistinctImages)
            {
                var path = Path.Combine(folder, source.ClassNames[source.LabelOf(i)], copy.ToString("00000", CultureInfo.InvariantCulture) + suffix);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, content);
            }
        }
    }

    private static byte[] Encode(byte[] planar, int size, SKEncodedImageFormat format, int channels)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque));
        var positions = size * size;
        var pixels = bitmap.GetPixelSpan().Length == positions * (channels == 1 ? 1 : 4) ? new byte[bitmap.ByteCount] : throw new InvalidOperationException("SkiaSharp pads rows.");
        for (var i = 0; i < positions; i++)
        {
            if (channels == 1)
            {
                pixels[i] = planar[i];
                continue;
            }

            for (var channel = 0; channel < 3; channel++)
            {
                pixels[(4 * i) + channel] = planar[(channel * positions) + i];
            }

            pixels[(4 * i) + 3] = byte.MaxValue;
        }

        System.Runtime.InteropServices.Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using var data = bitmap.Encode(format, JpegQuality);
        return data.ToArray();
    }
}
