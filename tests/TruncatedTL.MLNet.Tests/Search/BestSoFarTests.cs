using TruncatedTL.MLNet.Search;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Search;

public sealed class BestSoFarTests
{
    [Fact]
    public void Nothing_is_chosen_before_an_epoch_is_done() => Assert.Null(ResNet50Ladder.Evidence(_ => 0.8).BestSoFar());

    [Fact]
    public void The_smallest_within_the_tolerance_is_chosen_at_what_each_has_reached()
    {
        var evidence = ResNet50Ladder.Evidence(name => name switch { "k17" => 0.81, "k9" => 0.80, "k5" => 0.7, _ => 0.99 });
        Train(evidence, 17, 60);
        Train(evidence, 5, 3);
        Assert.Equal("k17", evidence.BestSoFar()!.Name);
        Train(evidence, 9, 1);
        Assert.Equal("k9", evidence.BestSoFar()!.Name);
    }

    [Fact]
    public void A_score_that_is_no_number_is_not_chosen()
    {
        var evidence = ResNet50Ladder.Evidence(name => name == "k1" ? double.NaN : 0.5);
        Train(evidence, 1, 5);
        Assert.Null(evidence.BestSoFar());
        Train(evidence, 2, 5);
        Assert.Equal("k2", evidence.BestSoFar()!.Name);
    }

    [Fact]
    public void Among_networks_of_one_size_the_better_one_is_chosen()
    {
        var twin = ResNet50Ladder.Rungs[8] with { Index = 17, Name = "a" };
        var evidence = ResNet50Ladder.Evidence(name => name == "a" ? 0.80 : 0.81, candidates: [.. ResNet50Ladder.Rungs, twin]);
        evidence.Carry(new TrainingRequest(twin, 5, RequestPurpose.Search));
        Train(evidence, 9, 5);
        Assert.Equal("k9", evidence.BestSoFar()!.Name);
    }

    private static void Train(Replay.CurveEvidence evidence, int cut, int epochs) =>
        evidence.Carry(new TrainingRequest(ResNet50Ladder.Rungs[cut - 1], epochs, RequestPurpose.Search));
}
