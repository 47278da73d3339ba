using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ServeModel;

/// <summary>Counts what happens and writes it in Prometheus's text format (version 0.0.4).</summary>
internal sealed class ServiceMetrics
{
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<(string Route, int Status), long> _requests = new();
    private readonly ConcurrentDictionary<string, Histogram> _durations = new();
    private long _modelsLoaded;
    private long _modelsFailed;
    private long _flagged;
    private long _inFlight;

    public void RequestBegins() => Interlocked.Increment(ref _inFlight);

    public void RequestEnds(string route, int status, TimeSpan duration)
    {
        Interlocked.Decrement(ref _inFlight);
        _requests.AddOrUpdate((route, status), 1, (_, count) => count + 1);
        _durations.GetOrAdd(route, _ => new Histogram()).Add(duration.TotalSeconds);
    }

    public void ModelLoaded() => Interlocked.Increment(ref _modelsLoaded);

    public void ModelFailed() => Interlocked.Increment(ref _modelsFailed);

    public void Flagged() => Interlocked.Increment(ref _flagged);

    /// <summary>All figures.</summary>
    /// <param name="modelId">The model that is served; null for none.</param>
    public string Write(string? modelId)
    {
        var text = new StringBuilder();
        void Describe(string name, string type, string help) => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
        void Value(string name, string labels, double value) => text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value:R}\n");

        Describe("serve_requests_total", "counter", "Requests by route and HTTP status.");
        foreach (var ((route, status), count) in _requests.OrderBy(entry => entry.Key.Route, StringComparer.Ordinal).ThenBy(entry => entry.Key.Status))
        {
            Value("serve_requests_total", $$"""{route="{{route}}",status="{{status}}"}""", count);
        }

        Describe("serve_errors_total", "counter", "Requests that were answered with a problem, status 400 and above.");
        Value("serve_errors_total", string.Empty, _requests.Where(entry => entry.Key.Status >= 400).Sum(entry => entry.Value));
        Describe("serve_requests_in_flight", "gauge", "Requests that are being answered.");
        Value("serve_requests_in_flight", string.Empty, Interlocked.Read(ref _inFlight));
        Describe("serve_request_duration_seconds", "histogram", "Time from request to answer.");
        foreach (var (route, histogram) in _durations.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var (buckets, sum) = histogram.Read();
            var total = 0L;
            for (var i = 0; i <= Bounds.Length; i++)
            {
                total += buckets[i];
                var bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                Value("serve_request_duration_seconds_bucket", $$"""{route="{{route}}",le="{{bound}}"}""", total);
            }

            Value("serve_request_duration_seconds_sum", $$"""{route="{{route}}"}""", sum);
            Value("serve_request_duration_seconds_count", $$"""{route="{{route}}"}""", total);
        }

        Describe("serve_out_of_distribution_total", "counter", "Images that were called unlike those of training.");
        Value("serve_out_of_distribution_total", string.Empty, Interlocked.Read(ref _flagged));
        Describe("serve_model_loads_total", "counter", "Models that were loaded, or that could not be.");
        Value("serve_model_loads_total", """{result="loaded"}""", Interlocked.Read(ref _modelsLoaded));
        Value("serve_model_loads_total", """{result="failed"}""", Interlocked.Read(ref _modelsFailed));
        Describe("serve_model_info", "gauge", "1 for the model that is served.");
        if (modelId is not null)
        {
            Value("serve_model_info", $$"""{id="{{modelId}}"}""", 1);
        }

        Describe("process_resident_memory_bytes", "gauge", "Resident memory.");
        using var process = Process.GetCurrentProcess();
        Value("process_resident_memory_bytes", string.Empty, process.WorkingSet64);
        Describe("dotnet_gc_heap_bytes", "gauge", "Managed memory in use.");
        Value("dotnet_gc_heap_bytes", string.Empty, GC.GetTotalMemory(forceFullCollection: false));
        return text.ToString();
    }

    private sealed class Histogram
    {
        private readonly Lock _lock = new();
        private readonly long[] _buckets = new long[Bounds.Length + 1];
        private double _sum;

        public void Add(double seconds)
        {
            var bucket = Array.FindIndex(Bounds, bound => seconds <= bound);
            lock (_lock)
            {
                _buckets[bucket < 0 ? Bounds.Length : bucket]++;
                _sum += seconds;
            }
        }

        public (long[] Buckets, double Sum) Read()
        {
            lock (_lock)
            {
                return ([.. _buckets], _sum);
            }
        }
    }
}
