namespace ServeModel.Models;

/// <summary>
/// Holds the model that is served and replaces it when its file changes. Requests that have begun keep the model that they began with; a file that cannot be
/// loaded leaves the former model in place.
/// </summary>
internal sealed class ModelStore(ServeOptions options, ServiceMetrics metrics, ILogger<ModelStore> logger) : BackgroundService
{
    private readonly SemaphoreSlim _changed = new(0, 1);
    private ServedModel? _current;
    private (DateTime Written, long Length)? _tried;

    /// <summary>Why the file as it is could not be loaded; null where it could.</summary>
    public string? Problem { get; private set; } = "The model is not loaded yet.";

    /// <summary>The model, for as long as the lease is not disposed.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public ModelLease Lease()
    {
        // A model that is gone has a successor already.
        while (Volatile.Read(ref _current) is { } model)
        {
            if (model.TryLease())
            {
                return new ModelLease(model);
            }
        }

        throw ProblemException.NoModel(Problem ?? "The service is stopping.");
    }

    /// <summary>The card of the model, or null where there is none.</summary>
    public ModelCard? Card => Volatile.Read(ref _current)?.Card;

    /// <summary>Loads the file if it is another than when it was last tried. Only one caller at a time.</summary>
    public void LoadIfChanged()
    {
        var file = new FileInfo(options.ModelPath);
        if (!file.Exists)
        {
            _tried = null;
            Problem = $"There is no file {file.Name}.";
            return;
        }

        var seen = (file.LastWriteTimeUtc, file.Length);
        if (seen == _tried)
        {
            return;
        }

        // Remembered before it is read: what is written meanwhile shows as another change.
        _tried = seen;
        try
        {
            var model = ServedModel.Load(options);
            var former = Interlocked.Exchange(ref _current, model);
            Problem = null;
            metrics.ModelLoaded();
            logger.LogInformation("Serving {Model} ({Id})", file.Name, model.Card.Id);
            former?.Release();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Problem = error.Message;
            metrics.ModelFailed();
            logger.LogWarning("{Problem}", error.Message);
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        LoadIfChanged();
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Interlocked.Exchange(ref _current, null)?.Release();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var path = Path.GetFullPath(options.ModelPath);
        using var watcher = Directory.Exists(Path.GetDirectoryName(path)) ? new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path)) : null;
        if (watcher is not null)
        {
            watcher.Changed += (_, _) => Wake();
            watcher.Created += (_, _) => Wake();
            watcher.Renamed += (_, _) => Wake();
            watcher.EnableRaisingEvents = true;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _changed.WaitAsync(options.WatchInterval, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            LoadIfChanged();
        }
    }

    private void Wake()
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }
}
