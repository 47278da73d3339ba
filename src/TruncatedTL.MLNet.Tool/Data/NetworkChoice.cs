using System.CommandLine;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Tool.Options;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tool.Data;

/// <summary>Weights and backbone of a command line, and the size of images that suits them.</summary>
/// <param name="Weights">The weights.</param>
/// <param name="Backbone">Name of the backbone; null for what the weights say.</param>
internal sealed record NetworkChoice(PretrainedWeights Weights, string? Backbone)
{
    /// <summary>What a command line says.</summary>
    public static NetworkChoice Of(ParseResult parsed, TrainingOptionGroup options) => new(options.ReadWeights(parsed), parsed.GetValue(options.Backbone));

    /// <summary>The size that files are brought to where nobody says one: that of the weights, else the backbone's usual one.</summary>
    /// <param name="axes">Axes of the files: 2 for images, 3 for volumes.</param>
    public IReadOnlyList<int> UsualSize(int axes)
    {
        var name = NameFor(axes);
        var card = Weights.ReadCard(name);
        if (card?.InputSize is { } size && size.Count == axes)
        {
            return size;
        }

        var backbone = Backbones.Backbone.Create(name ?? card?.Backbone ?? BackboneNames.ResNet18);
        return backbone.SpatialRank == axes
            ? [.. Enumerable.Repeat(backbone.DefaultInputSize, axes)]
            : throw new UsageException($"The backbone {backbone.Name} reads {backbone.SpatialRank} axes, the files have {axes}. Give another --backbone.");
    }

    /// <summary>Writes weights, backbone and size into a trainer's options.</summary>
    public void Apply(NetworkTrainingOptions options, ImageTask task)
    {
        options.Weights = Weights;
        options.Backbone = NameFor(task.Axes);
        options.InputSize = task.InputSize;
    }

    // The package has weights for images and for volumes; which ones are meant the images say.
    private string? NameFor(int axes) => Backbone ?? (axes == 3 && ReferenceEquals(Weights, PretrainedWeights.Bundled) ? BackboneNames.ResNet10VolumeNarrow : null);
}
