using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ServeModel.Web;

/// <summary>Takes the image out of a request: the body itself, or the first file of a form. Never more than the limit is held.</summary>
internal static class UploadReader
{
    private const string UnnamedFile = "upload";

    /// <summary>Reads the file.</summary>
    /// <exception cref="ProblemException">There is none, it is too large, or it says that it is no image.</exception>
    public static async Task<Upload> ReadAsync(HttpRequest request, long limit, CancellationToken cancellation)
    {
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type);
        var mediaType = type?.MediaType.Value?.ToLowerInvariant();
        if (mediaType == "multipart/form-data")
        {
            return await ReadFormAsync(request, HeaderUtilities.RemoveQuotes(type!.Boundary).Value, limit, cancellation);
        }

        RequireImageType(mediaType, whereFrom: "request");
        return request.ContentLength > limit
            ? throw ProblemException.TooLarge(limit)
            : new Upload(await ReadBytesAsync(request.Body, limit, cancellation), UnnamedFile);
    }

    private static async Task<Upload> ReadFormAsync(HttpRequest request, string? boundary, long limit, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(boundary))
        {
            throw ProblemException.NoFile("The form names no boundary.");
        }

        try
        {
            var form = new MultipartReader(boundary, request.Body);
            while (await form.ReadNextSectionAsync(cancellation) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || !disposition.IsFileDisposition())
                {
                    continue;
                }

                RequireImageType(section.ContentType?.Split(';')[0].Trim().ToLowerInvariant(), whereFrom: "file");
                var name = HeaderUtilities.RemoveQuotes(disposition.FileName).Value;
                return new Upload(await ReadBytesAsync(section.Body, limit, cancellation), string.IsNullOrEmpty(name) ? UnnamedFile : Path.GetFileName(name));
            }
        }
        catch (Exception error) when (error is InvalidDataException || (error is IOException and not BadHttpRequestException))
        {
            throw ProblemException.NoFile($"The form is damaged: {error.Message}");
        }

        throw ProblemException.NoFile("The form has no file.");
    }

    // The content decides what a file is; this only stops what says itself that it is something else.
    private static void RequireImageType(string? mediaType, string whereFrom)
    {
        if (mediaType is not (null or "" or "application/octet-stream" or "application/dicom" or "application/gzip" or "application/x-gzip") && !mediaType.StartsWith("image/", StringComparison.Ordinal))
        {
            throw ProblemException.WrongType($"The {whereFrom} says it is {mediaType}. Send image/..., application/dicom, application/octet-stream, or a form with such a file.");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(Stream body, long limit, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            if (content.Length + count > limit)
            {
                throw ProblemException.TooLarge(limit);
            }

            content.Write(buffer, 0, count);
        }

        return content.Length > 0 ? content.GetBuffer().AsMemory(0, (int)content.Length) : throw ProblemException.NoFile("The file is empty.");
    }
}
