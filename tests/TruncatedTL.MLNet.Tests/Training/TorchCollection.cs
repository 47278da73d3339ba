using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

/// <summary>Tests that compute with TorchSharp run one after the other: they share its number of threads, on which the last bits of a sum depend.</summary>
[CollectionDefinition(Name)]
public static class TorchCollection
{
    public const string Name = "TorchSharp";
}
