using ServeModel.Models;
using ServeModel.Web;

namespace ServeModel;

/// <summary>Puts the service together.</summary>
internal static class ServiceHost
{
    // A form adds headers to the file that it carries.
    private const long FormOverheadBytes = 64 << 10;

    /// <summary>A service that listens on one address once it is started.</summary>
    public static WebApplication Create(ServeOptions options, string url)
    {
        // Nothing is read from the folder in which it happens to be started.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(url);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxUploadBytes + FormOverheadBytes;
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("ServeModel", LogLevel.Information).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        builder.Services.AddSingleton(options).AddSingleton<ServiceMetrics>().AddSingleton<ModelStore>().AddHostedService(services => services.GetRequiredService<ModelStore>());
        var application = builder.Build();
        application.UseMiddleware<RequestGuard>();
        application.UseRouting();
        Endpoints.Map(application);
        return application;
    }
}
