namespace ServeModel.Models;

/// <summary>Keeps a model alive while a request uses it.</summary>
internal sealed class ModelLease(ServedModel model) : IDisposable
{
    private int _isDisposed;

    public ServedModel Model => model;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            model.Release();
        }
    }
}
