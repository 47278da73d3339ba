using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Tool;

/// <summary>Turns Ctrl-C, and the signal by which schedulers end a job, into a cancellation. The second one ends the program.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly TextWriter _messages;
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Begins to listen.</summary>
    /// <param name="messages">Where it is said what happens.</param>
    public StopSignal(TextWriter messages)
    {
        _messages = messages;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop)];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
        {
            // No clearing up: the experiment's files are whole at every moment.
            Environment.Exit(ExitCode.Cancelled);
        }

        context.Cancel = true;
        _messages.WriteLine("Stopping; what is complete is kept. Once more ends the program at once.");
        _source.Cancel();
    }
}
