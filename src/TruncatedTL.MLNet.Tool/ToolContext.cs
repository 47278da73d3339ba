using Microsoft.ML;

namespace TruncatedTL.MLNet.Tool;

/// <summary>What a command is given besides its options.</summary>
/// <param name="Console">Where it writes.</param>
/// <param name="Cancellation">Set by Ctrl-C.</param>
/// <param name="IsVerbose">Whether the library's log is shown, and the trace of errors.</param>
internal sealed record ToolContext(ToolConsole Console, CancellationToken Cancellation, bool IsVerbose)
{
    /// <summary>ML.NET's context.</summary>
    /// <param name="seed">Its seed.</param>
    /// <param name="useGpu">Whether to compute on the first GPU.</param>
    public MLContext CreateMLContext(int seed, bool useGpu = false)
    {
        var context = new MLContext(seed) { GpuDeviceId = useGpu ? 0 : null, FallbackToCpu = false };
        if (IsVerbose)
        {
            context.Log += (_, message) =>
            {
                if (message.Kind >= Microsoft.ML.Runtime.ChannelMessageKind.Info)
                {
                    Note(message.RawMessage);
                }
            };
        }

        return context;
    }

    /// <summary>Writes a line about what happens.</summary>
    public void Note(string message) => Console.Error.WriteLine(message);
}
