using System.Text;

namespace TruncatedTL.MLNet.Reporting.Markup;

/// <summary>
/// Writes HTML that is XML, too. Text and attributes are always escaped, so that no name in the data can become markup; elements are closed by the disposal of
/// what opened them.
/// </summary>
internal sealed class HtmlBuilder
{
    private readonly StringBuilder _text = new();

    /// <summary>Opens an element; attributes of null are left out.</summary>
    /// <returns>Closes it when disposed.</returns>
    public Closing Open(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Tag(name, attributes);
        _text.Append('>');
        return new Closing(this, name);
    }

    /// <summary>An element without content that HTML knows as void.</summary>
    public HtmlBuilder Void(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Tag(name, attributes);
        _text.Append(" />");
        return this;
    }

    /// <summary>An element with a text.</summary>
    public HtmlBuilder Element(string name, string text, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        using (Open(name, attributes))
        {
            Text(text);
        }

        return this;
    }

    /// <summary>A paragraph.</summary>
    public HtmlBuilder Paragraph(string text, string? style = null) => Element("p", text, ("class", style));

    /// <summary>Text, escaped.</summary>
    public HtmlBuilder Text(string text)
    {
        Escape(_text, text);
        return this;
    }

    /// <summary>Markup of our own making, as it is.</summary>
    public HtmlBuilder Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>What has been written.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Appends a text so that it stays text: markup characters escaped, and what XML cannot hold replaced.</summary>
    public static void Escape(StringBuilder target, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            switch (c)
            {
                case '&':
                    target.Append("&amp;");
                    break;
                case '<':
                    target.Append("&lt;");
                    break;
                case '>':
                    target.Append("&gt;");
                    break;
                case '"':
                    target.Append("&quot;");
                    break;
                case '\'':
                    target.Append("&#39;");
                    break;
                case '\t' or '\n':
                    target.Append(c);
                    break;
                case '\r':
                    break;
                default:
                    if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                    {
                        target.Append(c).Append(text[++i]);
                    }
                    else
                    {
                        target.Append(char.IsSurrogate(c) || char.IsControl(c) || c is '\uFFFE' or '\uFFFF' ? '\uFFFD' : c);
                    }

                    break;
            }
        }
    }

    private void Tag(string name, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        _text.Append('<').Append(name);
        foreach (var (attribute, value) in attributes)
        {
            if (value is not null)
            {
                _text.Append(' ').Append(attribute).Append("=\"");
                Escape(_text, value);
                _text.Append('"');
            }
        }
    }

    /// <summary>Closes an element.</summary>
    internal readonly struct Closing(HtmlBuilder builder, string name) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => builder._text.Append("</").Append(name).Append(">\n");
    }
}
