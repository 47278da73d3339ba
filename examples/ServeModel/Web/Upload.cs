namespace ServeModel.Web;

/// <summary>A file that came with a request.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Name">Its name, of which only the suffix matters; a made-up one where the request gives none.</param>
internal sealed record Upload(ReadOnlyMemory<byte> Content, string Name);
