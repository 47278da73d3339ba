namespace TruncatedTL.MLNet.Backbones;

/// <summary>A cut was named that the backbone does not have; the message suggests the nearest names.</summary>
public sealed class CutNotFoundException : ArgumentException
{
    /// <summary>Creates the exception for a wrong name.</summary>
    /// <param name="backbone">Name of the backbone.</param>
    /// <param name="cut">The name that was asked for.</param>
    /// <param name="known">The names the backbone has, in order.</param>
    public CutNotFoundException(string backbone, string cut, IReadOnlyList<string> known)
        : base(Describe(backbone, cut, known))
    {
        Cut = cut;
        Suggestions = NearestNames.To(cut, known);
    }

    /// <summary>The name that was asked for.</summary>
    public string Cut { get; }

    /// <summary>The nearest existing names, best first; empty when nothing is near.</summary>
    public IReadOnlyList<string> Suggestions { get; }

    private static string Describe(string backbone, string cut, IReadOnlyList<string> known)
    {
        var near = NearestNames.To(cut, known);
        var hint = near.Count > 0 ? $" Did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}?" : string.Empty;
        return $"The backbone '{backbone}' has no cut '{cut}'.{hint} Its cuts are: {string.Join(", ", known)}.";
    }
}
