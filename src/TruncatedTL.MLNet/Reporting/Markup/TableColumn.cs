namespace TruncatedTL.MLNet.Reporting.Markup;

/// <summary>A column of a table.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="IsNumber">Whether it is aligned as numbers are.</param>
internal sealed record TableColumn(string Heading, bool IsNumber = false);
