using System.Globalization;
using TruncatedTL.MLNet.Experiments;

namespace CompareStrategies;

/// <summary>Progress where nobody looks at a terminal: one line each, without colours.</summary>
internal sealed class Lines : IProgress<ExperimentProgress>
{
    public void Report(ExperimentProgress value)
    {
        var left = value.Remaining is { } remaining ? string.Create(CultureInfo.InvariantCulture, $", about {remaining:mm\\:ss} left") : string.Empty;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{value.Elapsed:mm\\:ss}{left}] {value.Message}"));
    }
}
