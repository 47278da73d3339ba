using System.Runtime.ExceptionServices;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet.Loading;

/// <summary>Decodes and prepares files on several threads. What comes out does not depend on their number.</summary>
internal sealed class ParallelLoading
{
    private readonly IReadOnlyList<ImageRowSource> _sources;
    private readonly ImageLoadOptions _options;
    private readonly LoadedImage?[] _loaded;
    private readonly Exception?[] _failures;
    private readonly Lock _gate = new();
    private readonly long _limitBytes;
    private long _memoryBytes;
    private int _completed;
    private int _skipped;

    private ParallelLoading(IReadOnlyList<ImageRowSource> sources, ImageLoadOptions options)
    {
        _sources = sources;
        _options = options;
        _loaded = new LoadedImage?[sources.Count];
        _failures = new Exception?[sources.Count];
        _limitBytes = options.MemoryLimitBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
    }

    /// <summary>Loads all sources.</summary>
    /// <param name="sources">The rows, at least one.</param>
    /// <param name="options">Validated options.</param>
    /// <param name="report">What came of it.</param>
    /// <exception cref="ImageDataException">A file cannot be read or prepared and none is to be skipped, or none at all can be.</exception>
    /// <exception cref="IOException">As above, where the file system is at fault.</exception>
    /// <exception cref="OperationCanceledException">The loading was cancelled.</exception>
    public static LoadedImages Load(IReadOnlyList<ImageRowSource> sources, ImageLoadOptions options, out ImageLoadReport report)
    {
        var loading = new ParallelLoading(sources, options);
        try
        {
            Parallel.For(
                0,
                sources.Count,
                new ParallelOptions { MaxDegreeOfParallelism = options.MaxDegreeOfParallelism, CancellationToken = options.CancellationToken },
                loading.LoadOne);
        }
        catch (AggregateException exception)
        {
            // Callers know the errors of readers and of their own callbacks, not that several threads were at work.
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        return loading.Finish(out report);
    }

    private void LoadOne(int index, ParallelLoopState loop)
    {
        try
        {
            _loaded[index] = Load(_sources[index]);
        }
        catch (Exception exception) when (exception is ImageDataException or IOException or UnauthorizedAccessException)
        {
            _failures[index] = exception;
            if (_options.OnUnreadable == UnreadableImages.Fail)
            {
                // Earlier files are still finished, so that it is always the first unreadable one that is named.
                loop.Break();
                return;
            }
        }

        lock (_gate)
        {
            _completed++;
            _skipped += _failures[index] is null ? 0 : 1;
            _options.Progress?.Report(new ImageLoadProgress(_completed, _sources.Count, _skipped));
        }
    }

    private LoadedImage Load(ImageRowSource source)
    {
        var decoded = source.Read(_options.Preparation.ReadOptions(_options.MaxValuesPerImage));
        var label = source.LabelOf(decoded.Origin);
        var patient = _options.PatientPseudonym(PatientOf(source, decoded.Origin));
        var prepared = PreparationRun.Prepare(_options.Preparation, decoded, source.Path);
        decoded.Release();
        var values = prepared.Bytes is { } bytes ? new CompactValues(bytes) : new CompactValues(prepared.Singles!);
        if (Interlocked.Add(ref _memoryBytes, values.Bytes) <= _limitBytes)
        {
            return new LoadedImage(source, label, patient, values, prepared.Intensity);
        }

        Interlocked.Add(ref _memoryBytes, -values.Bytes);
        return new LoadedImage(source, label, patient, Values: null, IntensityMap.Identity);
    }

    // Who is unknown shares a group with nobody but the same study or series; unknown patients must not become one patient.
    private static string PatientOf(ImageRowSource source, ImageOrigin? origin)
    {
        string?[] known = [source.Patient, origin?.PatientId, origin?.StudyUid, origin?.SeriesUid];
        return known.FirstOrDefault(identifier => !string.IsNullOrWhiteSpace(identifier)) ?? source.Path;
    }

    private LoadedImages Finish(out ImageLoadReport report)
    {
        if (_options.OnUnreadable == UnreadableImages.Fail && Array.Find(_failures, failure => failure is not null) is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        var images = _loaded.OfType<LoadedImage>().ToArray();
        var skipped = Enumerable.Range(0, _failures.Length)
            .Where(i => _failures[i] is not null)
            .Select(i => new SkippedImage(_sources[i].Path, _failures[i]!.Message))
            .ToArray();
        if (images.Length == 0)
        {
            throw new ImageDataException($"None of the {_sources.Count} images can be read. The first: {skipped[0].Reason}", _failures[0]);
        }

        report = new ImageLoadReport(images.Length, Array.AsReadOnly(skipped), images.Count(image => image.Values is not null), _memoryBytes);
        return new LoadedImages(_options, images);
    }
}
