using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Networks;

/// <summary>How well the tensors of a weights file fit a backbone.</summary>
/// <param name="Backbone">Registered name of the backbone.</param>
/// <param name="Report">The comparison of its units, name by name; the head has no part in it.</param>
public sealed record BackboneMatch(string Backbone, KeyMatchReport Report)
{
    /// <summary>Whether every tensor of the backbone is in the file with the right shape, the stem's channels aside.</summary>
    public bool IsComplete => Report.IsComplete;

    /// <summary>Share of the backbone's tensors that are in the file with the right shape, the stem's channels aside, from 0 to 1.</summary>
    public double Share => Fitting / (double)(Fitting + Report.Missing.Count + Report.Misshapen.Count);

    private int Fitting => Report.Matched.Count + Report.Adapted.Count;

    /// <summary>Compares a file with every registered backbone of as many axes; the stem may be for other channels, as it may in a training, and no filter is inflated.</summary>
    /// <param name="weights">The file.</param>
    /// <returns>The backbones with at least one fitting tensor: those that fit whole first, the larger ones before the smaller ones, then the others by their share.</returns>
    public static IReadOnlyList<BackboneMatch> Find(WeightsFile weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return
        [
            .. Backbones.Backbone.Names
                .Select(name => Backbones.Backbone.Create(name))
                .Where(backbone => weights.Tensors.Values.Any(tensor => tensor.Shape.Count == backbone.SpatialRank + 2))
                .Select(backbone => Compare(weights, backbone))
                .Where(match => match.Report.Matched.Count > 0)
                .OrderByDescending(match => match.IsComplete)
                .ThenByDescending(match => match.Share)
                .ThenByDescending(match => match.Report.Matched.Count),
        ];
    }

    private static BackboneMatch Compare(WeightsFile weights, Backbone backbone)
    {
        var expected = TransferStrategy.Full().Resolve(backbone).Units
            .SelectMany(unit => ParameterSpecification.Of(unit.Unit.Body).Select(parameter => new ExpectedTensor(
                parameter.Name,
                parameter.Shape,
                IsInputStem: unit.Unit.InputConvolution is { } stem && parameter.Name == $"{stem}.weight")));
        return new(backbone.Name, WeightsMatcher.Match(weights, [.. expected], new WeightsMatchOptions
        {
            IsStrict = false,
            Inflation = null,
            Renames = backbone.FormerNames.Select(rule => new KeyRename(rule.Pattern, rule.Replacement)).ToArray(),
        }).Report);
    }
}
