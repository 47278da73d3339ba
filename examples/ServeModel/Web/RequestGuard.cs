using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace ServeModel.Web;

/// <summary>Around every request: measures it, sets the headers that keep a browser to this service, and turns errors into problem details.</summary>
internal sealed class RequestGuard(RequestDelegate next, ServiceMetrics metrics, ServeOptions options, ILogger<RequestGuard> logger)
{
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        var start = Stopwatch.GetTimestamp();
        metrics.RequestBegins();
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        try
        {
            await next(context);
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, error);
        }
        finally
        {
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "other";
            metrics.RequestEnds(route, context.Response.StatusCode, Stopwatch.GetElapsedTime(start));
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception error)
    {
        if (error is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest;
            return;
        }

        var problem = error switch
        {
            ProblemException known => known,
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ProblemException.TooLarge(options.MaxUploadBytes),
            BadHttpRequestException bad => new ProblemException(bad.StatusCode, "Bad request", bad.Message),
            _ => null,
        };
        if (problem is null)
        {
            // What went wrong inside is for the log, not for the caller.
            logger.LogError(error, "A request failed");
            problem = new ProblemException(StatusCodes.Status500InternalServerError, "Internal error", "The request could not be answered; the service's log says why.");
        }

        // Whoever sends more than is read is not waited for.
        if (problem.Status == StatusCodes.Status413PayloadTooLarge && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            context.Response.Headers.Connection = "close";
        }

        await Results.Problem(problem.Message, statusCode: problem.Status, title: problem.Title).ExecuteAsync(context);
    }
}
