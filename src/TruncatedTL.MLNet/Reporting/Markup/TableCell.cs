namespace TruncatedTL.MLNet.Reporting.Markup;

/// <summary>A cell: a text, or markup of our own making.</summary>
/// <param name="Text">The text; ignored where there is markup.</param>
/// <param name="Markup">Markup that has been escaped; null for none.</param>
internal readonly record struct TableCell(string Text, string? Markup = null)
{
    public static implicit operator TableCell(string text) => new(text);

    /// <summary>A cell whose content is written by an action.</summary>
    public static TableCell Of(Action<HtmlBuilder> write)
    {
        var builder = new HtmlBuilder();
        write(builder);
        return new TableCell(string.Empty, builder.ToString());
    }
}
