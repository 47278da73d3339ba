using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using TruncatedTL.MLNet.Tests.Reliability.Hostile;

namespace TruncatedTL.MLNet.Benchmarks.Fuzzing;

/// <summary>What is fed: a reader of images or a parser.</summary>
internal abstract class FuzzTarget
{
    /// <summary>Names of the image readers.</summary>
    public static string[] ImageReaderNames => [.. ImageReaders.All.Select(reader => reader.Name)];

    /// <summary>Names of the parsers.</summary>
    public static string[] ParserNames => [.. HostileTargets.All.Select(target => target.Name)];

    /// <summary>The target of a name.</summary>
    public static FuzzTarget Of(string name) =>
        name == BrokenReader.ReaderName ? new OfImages(new BrokenReader())
        : ImageReaders.All.SingleOrDefault(candidate => candidate.Name == name) is { } reader ? new OfImages(reader)
        : new OfParser(HostileTargets.All.Single(target => target.Name == name));

    /// <summary>Intact files.</summary>
    public abstract IEnumerable<SampleFile> Samples { get; }

    /// <summary>Feeds an input; what is wrong with the result, or null.</summary>
    public abstract string? Feed(byte[] content, string name, ImageReadOptions options, string folder);

    /// <summary>Whether an exception is a refusal that the reader's documentation promises.</summary>
    public abstract bool IsRefusal(Exception error);

    private sealed class OfImages(ImageReader reader) : FuzzTarget
    {
        public override IEnumerable<SampleFile> Samples => SampleFiles.All.Concat(BrokenReader.Samples).Where(sample => sample.Reader == reader.Name);

        public override string? Feed(byte[] content, string name, ImageReadOptions options, string folder)
        {
            reader.Recognises(content.AsSpan(0, Math.Min(content.Length, ImageReaders.HeadLength)));
            var image = reader.Read(content, name, options);
            return image.Values.Length > options.MaxValues || image.SpacingMillimetres?.All(length => length > 0 && double.IsFinite(length)) == false
                ? $"{image.Values.Length} values, spacing {string.Join(" x ", image.SpacingMillimetres ?? [])}"
                : null;
        }

        public override bool IsRefusal(Exception error) => error is ImageDataException;
    }

    private sealed class OfParser(HostileTarget target) : FuzzTarget
    {
        public override IEnumerable<SampleFile> Samples => target.Samples.Value;

        public override string? Feed(byte[] content, string name, ImageReadOptions options, string folder)
        {
            target.Read(content, name, folder);
            return null;
        }

        public override bool IsRefusal(Exception error) => target.IsRefusal(error);
    }
}
