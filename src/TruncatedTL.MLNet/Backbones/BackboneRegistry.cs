namespace TruncatedTL.MLNet.Backbones;

/// <summary>All backbones by name. A new network joins by being listed here; nothing else has to know of it.</summary>
internal static class BackboneRegistry
{
    private static readonly IReadOnlyList<BackboneFamily> Families =
    [
        .. ResNetFamily.All,
        .. DenseNetFamily.All,
        .. MobileNetFamily.All,
        .. EfficientNetFamily.All,
    ];

    private static readonly Dictionary<string, BackboneFamily> ByName = Families.ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>Registered names in registry order.</summary>
    public static IReadOnlyList<string> Names { get; } = Families.Select(f => f.Name).ToArray();

    /// <summary>Finds a family by name.</summary>
    /// <exception cref="BackboneNotFoundException">The name is not registered.</exception>
    public static BackboneFamily Find(string name) =>
        ByName.TryGetValue(name, out var family) ? family : throw new BackboneNotFoundException(name, Names);
}
