using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Imaging.Samples;

namespace TruncatedTL.MLNet.Benchmarks.Fuzzing;

/// <summary>All damaged files for one reader, by number: the same number is the same file in every process.</summary>
internal sealed class FuzzInputs
{
    // What unpacks to megabytes takes its time, and one a while is enough.
    private const int BombPeriod = 500;

    // Damage to larger files would mostly fall on pixels.
    private const long MaxSeedBytes = 1 << 20;

    private readonly SampleFile[] _samples;
    private readonly SampleFile[] _bombs;
    private readonly int _seed;

    public FuzzInputs(string reader, string? seedFolder, int seed)
    {
        var all = FuzzTarget.Of(reader).Samples.Concat(FromFolder(reader, seedFolder)).ToLookup(sample => sample.Name.StartsWith("bomb", StringComparison.Ordinal));
        _samples = [.. all[false]];
        _bombs = [.. all[true]];
        _seed = seed;
        if (_samples.Length == 0)
        {
            throw new InvalidOperationException($"There is no sample file for the reader {reader}; give a folder of some with --seeds.");
        }
    }

    /// <summary>Number of intact files.</summary>
    public int SampleCount => _samples.Length + _bombs.Length;

    /// <summary>A damaged file with its name and what is asked of it.</summary>
    public (string Name, byte[] Content, ImageReadOptions Options) At(int index, long maxValues)
    {
        var random = new Random(index);
        var options = new ImageReadOptions
        {
            MaxValues = maxValues,
            Frame = random.Next(3) switch { 0 => null, 1 => 0, _ => random.Next(4) },
            ReorientToRas = random.Next(2) == 0,
        };
        var inPeriod = index % BombPeriod;
        var sample = inPeriod < _bombs.Length ? _bombs[inPeriod] : _samples[index % _samples.Length];
        var damage = inPeriod < _bombs.Length ? index / BombPeriod : index / _samples.Length;
        return (sample.Name, sample.Damaged(damage, _seed), options);
    }

    private static IEnumerable<SampleFile> FromFolder(string readerName, string? folder)
    {
        if (folder is null)
        {
            return [];
        }

        var reader = ImageReaders.All.Single(candidate => candidate.Name == readerName);
        bool IsForReader(string path)
        {
            using var stream = File.OpenRead(path);
            var head = new byte[ImageReaders.HeadLength];
            return stream.Length <= MaxSeedBytes && reader.Recognises(head.AsSpan(0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
        }

        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Where(IsForReader)
            .Select(path => new SampleFile(readerName, Path.GetFileName(path), File.ReadAllBytes(path)));
    }
}
