namespace TruncatedTL.MLNet.Backbones;

/// <summary>A backbone was named that the library does not have; the message suggests the nearest names.</summary>
public sealed class BackboneNotFoundException : ArgumentException
{
    /// <summary>Creates the exception for a wrong name.</summary>
    /// <param name="name">The name that was asked for.</param>
    /// <param name="known">The registered names.</param>
    public BackboneNotFoundException(string name, IReadOnlyList<string> known)
        : base(Describe(name, known))
    {
        BackboneName = name;
    }

    /// <summary>The name that was asked for.</summary>
    public string BackboneName { get; }

    private static string Describe(string name, IReadOnlyList<string> known)
    {
        var near = NearestNames.To(name, known);
        var hint = near.Count > 0 ? $" Did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}?" : string.Empty;
        return $"There is no backbone '{name}'.{hint} The backbones are: {string.Join(", ", known)}.";
    }
}
