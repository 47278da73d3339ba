namespace ServeModel;

/// <summary>A request that cannot be answered, with what the caller is told (RFC 9457).</summary>
internal sealed class ProblemException(int status, string title, string detail, Exception? innerException = null) : Exception(detail, innerException)
{
    public int Status => status;

    public string Title => title;

    public static ProblemException NoModel(string reason) => new(StatusCodes.Status503ServiceUnavailable, "No model", reason);

    public static ProblemException TooLarge(long limit) =>
        new(StatusCodes.Status413PayloadTooLarge, "The file is too large", $"At most {limit} bytes are read.");

    public static ProblemException WrongType(string detail) => new(StatusCodes.Status415UnsupportedMediaType, "Not a type of image", detail);

    public static ProblemException NoFile(string detail) => new(StatusCodes.Status400BadRequest, "No file", detail);

    public static ProblemException Unreadable(Exception error) =>
        new(StatusCodes.Status422UnprocessableEntity, "The image cannot be read", error.Message, error);
}
