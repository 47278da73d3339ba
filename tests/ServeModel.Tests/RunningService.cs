using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using ServeModel.Models;
using Xunit;

namespace ServeModel.Tests;

/// <summary>The service on a port of its own, and a client.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly WebApplication _application;

    private RunningService(WebApplication application, string address)
    {
        _application = application;
        Client = new HttpClient { BaseAddress = new Uri(address) };
        Address = address;
    }

    public HttpClient Client { get; }

    public string Address { get; }

    public ModelStore Store => _application.Services.GetRequiredService<ModelStore>();

    public static async Task<RunningService> StartAsync(ServeOptions options)
    {
        var application = ServiceHost.Create(options with { WatchInterval = TimeSpan.FromMilliseconds(100) }, "http://127.0.0.1:0");
        await application.StartAsync();
        return new RunningService(application, application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <summary>Sends a file as the body.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, byte[] content, string? mediaType = "application/octet-stream")
    {
        var body = new ByteArrayContent(content);
        body.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        return Client.PostAsync(path, body);
    }

    /// <summary>Sends a file in a form.</summary>
    public Task<HttpResponseMessage> PostFormAsync(string path, byte[] content, string fileName, string mediaType = "application/octet-stream")
    {
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return Client.PostAsync(path, new MultipartFormDataContent { { new StringContent("a text"), "comment" }, { file, "file", fileName } });
    }

    /// <summary>The JSON of an answer with this status.</summary>
    public static async Task<JsonElement> JsonAsync(Task<HttpResponseMessage> request, int status = 200)
    {
        using var response = await request;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"Status {(int)response.StatusCode} instead of {status}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The problem of an answer with this status.</summary>
    public static async Task<(string Title, string Detail)> ProblemAsync(Task<HttpResponseMessage> request, int status)
    {
        using var response = await request;
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await JsonAsync(Task.FromResult(response), status);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        return (problem.GetProperty("title").GetString()!, problem.GetProperty("detail").GetString()!);
    }

    /// <summary>Waits until something is so; the limit is there for a service in which it never is.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var i = 0; i < 1200; i++)
        {
            if (condition())
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail($"It never came about that {what}.");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.DisposeAsync();
    }
}
