namespace TruncatedTL.MLNet.Backbones;

/// <summary>
/// A convolutional network without its classifier, as a definition (no weights, nothing allocated): its units, the cuts
/// behind them and what each costs.
/// </summary>
/// <example>
/// <code>
/// var backbone = Backbone.Create("resnet50");
/// foreach (var cut in backbone.Cuts)
/// {
///     Console.WriteLine($"{cut} {backbone.CountMacs(cut.Name, 224, 224) / 1e9:0.000} GMAC");
/// }
/// </code>
/// </example>
public sealed class Backbone
{
    // Every supported stride divides this length, so output length x stride = input length exactly.
    private const long StrideProbeLength = 256;

    private readonly BackboneFamily _family;
    private readonly BackboneRecipe _recipe;

    private Backbone(BackboneFamily family, BackboneRecipe recipe)
    {
        _family = family;
        _recipe = recipe;
        Units = family.Build(recipe);
        Cuts = DescribeCuts();
    }

    /// <summary>The registered names, e.g. <c>resnet18</c>.</summary>
    public static IReadOnlyList<string> Names => BackboneRegistry.Names;

    /// <summary>The registered name.</summary>
    public string Name => _family.Name;

    /// <summary>Number of spatial axes: 2 for images [N, C, H, W], 3 for volumes [N, C, D, H, W].</summary>
    public int SpatialRank => _family.SpatialRank;

    /// <summary>Channels of the image it reads.</summary>
    public int InputChannels => _recipe.InputChannels;

    /// <summary>
    /// Stride of the stem's convolution along D where it was asked for; null where it is the network's own
    /// (always, for images).
    /// </summary>
    public int? StemDepthStride => _recipe.StemDepthStride;

    /// <summary>Channels that published weights of this network expect.</summary>
    public int PretrainedInputChannels => _family.InputChannels;

    /// <summary>
    /// Side length that inputs are brought to unless the user says otherwise: for images what published weights were trained
    /// at, in pixels; 64 voxels for volumes, whose published weights saw blocks of many shapes.
    /// </summary>
    public int DefaultInputSize => _family.DefaultInputSize;

    /// <summary>The places after which the network may end, from the stem to the full network.</summary>
    public IReadOnlyList<BackboneCut> Cuts { get; }

    internal IReadOnlyList<BackboneUnit> Units { get; }

    internal string HeadName => _family.HeadName;

    internal IReadOnlyList<(string Pattern, string Replacement)> FormerNames => _family.FormerNames;

    /// <summary>Looks up a backbone.</summary>
    /// <param name="name">A registered name, e.g. <c>resnet50</c> (see <see cref="BackboneNames"/>).</param>
    /// <param name="inputChannels">Channels of the images; null takes what published weights expect.</param>
    /// <param name="stemDepthStride">
    /// Networks on volumes only: stride of the stem's convolution along D, 1 or 2; null takes the network's own. With 1 the
    /// stem keeps every slice of volumes whose slices are much further apart than their pixels; published weights still fit.
    /// </param>
    /// <exception cref="BackboneNotFoundException">The name is not registered.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="inputChannels"/> is below 1, or <paramref name="stemDepthStride"/> is neither 1 nor 2.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="stemDepthStride"/> is given for a network on images.</exception>
    public static Backbone Create(string name, int? inputChannels = null, int? stemDepthStride = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        var family = BackboneRegistry.Find(name);
        var channels = inputChannels ?? family.InputChannels;
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1, nameof(inputChannels));
        if (stemDepthStride is not (null or 1 or 2))
        {
            throw new ArgumentOutOfRangeException(nameof(stemDepthStride), stemDepthStride, "The stem's stride along D must be 1 or 2.");
        }

        if (stemDepthStride is not null && family.SpatialRank != 3)
        {
            throw new ArgumentException($"The backbone '{name}' reads images, which have no D axis; leave the stride along D out.", nameof(stemDepthStride));
        }

        return new Backbone(family, new BackboneRecipe(channels, stemDepthStride));
    }

    /// <summary>Finds a cut by its name.</summary>
    /// <exception cref="CutNotFoundException">The backbone has no such cut; the message suggests near names.</exception>
    public BackboneCut FindCut(string cut)
    {
        ArgumentNullException.ThrowIfNull(cut);
        return Cuts.FirstOrDefault(c => c.Name == cut)
            ?? throw new CutNotFoundException(Name, cut, Cuts.Select(c => c.Name).ToArray());
    }

    /// <summary>Multiply-accumulate operations of the backbone up to a cut, for one image (convolutions; without a head).</summary>
    /// <param name="cut">Name of the cut.</param>
    /// <param name="spatial">Lengths of the input, H and W (or D, H and W), in pixels (voxels).</param>
    /// <exception cref="CutNotFoundException">The backbone has no such cut.</exception>
    /// <exception cref="ArgumentException">The number of lengths is not <see cref="SpatialRank"/>, or the image is too small.</exception>
    public long CountMacs(string cut, params IReadOnlyList<int> spatial) => Count(FindCut(cut), spatial).Macs;

    /// <summary>Values that layers up to a cut put out for one image, see <see cref="LayerCounter.Activations"/>.</summary>
    internal long CountActivations(string cut, IReadOnlyList<int> spatial) => Count(FindCut(cut), spatial).Activations;

    /// <summary>Shape of the features at a cut for an input of the given lengths: channels, then H and W (or D, H and W).</summary>
    /// <inheritdoc cref="CountMacs" path="/param|/exception"/>
    public IReadOnlyList<long> FeatureShapeAt(string cut, params IReadOnlyList<int> spatial)
    {
        var shape = Count(FindCut(cut), spatial).Shape;
        return [shape.Channels, .. shape.Spatial];
    }

    /// <summary>The same network for images of another number of channels.</summary>
    internal Backbone WithInputChannels(int channels) =>
        channels == InputChannels ? this : new Backbone(_family, _recipe with { InputChannels = channels });

    /// <summary>The same network with the widths of all units above <paramref name="keep"/> divided by <paramref name="slim"/> (TransFusion).</summary>
    internal Backbone SlimmedAbove(BackboneCut keep, double slim) =>
        new(_family, _recipe with { KeptUnits = keep.Index, Slim = slim });

    private (FeatureShape Shape, long Macs, long Activations) Count(BackboneCut cut, IReadOnlyList<int> spatial)
    {
        ArgumentNullException.ThrowIfNull(spatial);
        var counter = new LayerCounter();
        var shape = new FeatureShape(InputChannels, spatial.Select(length => (long)length).ToArray());
        foreach (var unit in Units.Take(cut.Index))
        {
            shape = counter.Apply(unit.Body, shape);
        }

        if (Units[cut.Index - 1].Closing is { } closing)
        {
            shape = counter.Apply(closing, shape);
        }

        return (shape, counter.Macs, counter.Activations);
    }

    private BackboneCut[] DescribeCuts()
    {
        var counter = new LayerCounter();
        var shape = new FeatureShape(InputChannels, Enumerable.Repeat(StrideProbeLength, SpatialRank).ToArray());
        var cuts = new BackboneCut[Units.Count];
        for (var index = 0; index < cuts.Length; index++)
        {
            var unit = Units[index];
            shape = counter.Apply(unit.Body, shape);
            var closing = new LayerCounter();
            if (unit.Closing is not null)
            {
                closing.Apply(unit.Closing, shape);
            }

            cuts[index] = new BackboneCut(
                index + 1,
                unit.Name,
                unit.Stage,
                unit.Channels,
                shape.Spatial.Select(length => (int)(StrideProbeLength / length)).ToArray(),
                counter.Parameters + closing.Parameters);
        }

        return cuts;
    }
}
