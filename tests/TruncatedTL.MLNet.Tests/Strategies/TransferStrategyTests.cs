using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Strategies;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Strategies;

public class TransferStrategyTests
{
    [Property(Arbitrary = [typeof(StrategyGenerators)], MaxTest = 500)]
    public bool Parse_ReadsWhatToStringWrites(TransferStrategy strategy) => TransferStrategy.Parse(strategy.ToString()!) == strategy;

    [Property(Arbitrary = [typeof(StrategyGenerators)])]
    public bool Parse_IgnoresCaseOfTheKindAndSpaces(TransferStrategy strategy)
    {
        var text = strategy.ToString()!;
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var loose = open < 0
            ? $"  {text.ToUpperInvariant()} "
            : $" {text[..open].ToLowerInvariant()} ( {text[(open + 1)..^1].Replace(",", " , ", StringComparison.Ordinal)} ) ";

        return TransferStrategy.Parse(loose) == strategy;
    }

    [Property(MaxTest = 500)]
    public bool Parse_AnyText_GivesAStrategyOrAnArgumentOrFormatError(NonNull<string> text)
    {
        try
        {
            return TransferStrategy.Parse(text.Get) is not null;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return true;
        }
    }

    [Fact]
    public void ToString_IsWhatAUserWouldWrite()
    {
        Assert.Equal("Full", TransferStrategy.Full().ToString());
        Assert.Equal("LinearProbe", TransferStrategy.LinearProbe().ToString());
        Assert.Equal("LinearProbe(layer2.0)", TransferStrategy.LinearProbe("layer2.0").ToString());
        Assert.Equal("LayerWise(layer2.1)", TransferStrategy.LayerWise("layer2.1").ToString());
        Assert.Equal("TransFusion(layer3.5, slim=2)", TransferStrategy.TransFusion("layer3.5").ToString());
        Assert.Equal("TransFusion(layer3.5, slim=1.5)", TransferStrategy.TransFusion("layer3.5", 1.5).ToString());
        Assert.Equal("Truncated(layer3.2)", TransferStrategy.Truncated("layer3.2").ToString());
        Assert.Equal("FromScratch", TransferStrategy.FromScratch().ToString());
        Assert.Equal("FromScratch(stem)", TransferStrategy.FromScratch("stem").ToString());
    }

    [Theory]
    [InlineData("Full()")]
    [InlineData("fulltransfer")]
    public void Parse_OtherSpellingsOfFull(string text) => Assert.Equal(TransferStrategy.Full(), TransferStrategy.Parse(text));

    [Theory]
    [InlineData("TransFusion(layer3.5)", 2)]
    [InlineData("TransFusion(layer3.5, 4)", 4)]
    [InlineData("transfusion(layer3.5, SLIM = 2.5)", 2.5)]
    public void Parse_SlimIsOptionalAndMayBeUnnamed(string text, double slim) =>
        Assert.Equal(TransferStrategy.TransFusion("layer3.5", slim), TransferStrategy.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("Truncate")]
    [InlineData("Truncated")]
    [InlineData("Truncated()")]
    [InlineData("Truncated(layer3.2")]
    [InlineData("Truncated layer3.2)")]
    [InlineData("Truncated(layer3.2)(layer3.3)")]
    [InlineData("Truncated((layer3.2))")]
    [InlineData("Truncated(layer3.2, layer3.3)")]
    [InlineData("Truncated(layer3.2,)")]
    [InlineData("Full(layer3.2)")]
    [InlineData("LayerWise")]
    [InlineData("TransFusion(layer3.5, wide=2)")]
    [InlineData("TransFusion(layer3.5, slim=two)")]
    [InlineData("TransFusion(layer3.5, slim=2=3)")]
    [InlineData("TransFusion(layer3.5, slim=2, 3)")]
    public void Parse_NotAStrategy_SaysWhatOneLooksLike(string text)
    {
        var exception = Assert.Throws<FormatException>(() => TransferStrategy.Parse(text));

        Assert.Contains("TransFusion(keep, slim=2)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Null_Throws() => Assert.Throws<ArgumentNullException>(() => TransferStrategy.Parse(null!));

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(65)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void TransFusion_SlimOutOfRange_Throws(double slim)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TransferStrategy.TransFusion("layer3.5", slim));
        Assert.Throws<ArgumentOutOfRangeException>(() => TransferStrategy.Parse(FormattableString.Invariant($"TransFusion(layer3.5, slim={slim})")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("layer3 2")]
    [InlineData("layer3.2,")]
    [InlineData("Truncated(layer3.2)")]
    public void CutThatIsNoName_Throws(string cut)
    {
        Assert.Throws<ArgumentException>(() => TransferStrategy.Truncated(cut));
        Assert.Throws<ArgumentException>(() => TransferStrategy.LayerWise(cut));
        Assert.Throws<ArgumentException>(() => TransferStrategy.TransFusion(cut));
        Assert.Throws<ArgumentException>(() => TransferStrategy.LinearProbe(cut));
        Assert.Throws<ArgumentException>(() => TransferStrategy.FromScratch(cut));
    }

    [Fact]
    public void CutThatIsRequired_MayNotBeNull()
    {
        Assert.Throws<ArgumentNullException>(() => TransferStrategy.Truncated(null!));
        Assert.Throws<ArgumentNullException>(() => TransferStrategy.LayerWise(null!));
        Assert.Throws<ArgumentNullException>(() => TransferStrategy.TransFusion(null!));
    }

    [Fact]
    public void OnlyFromScratch_NeedsNoPretrainedWeights()
    {
        Assert.False(TransferStrategy.FromScratch().NeedsPretrainedWeights);
        Assert.All(
            new TransferStrategy[] { TransferStrategy.Full(), TransferStrategy.LinearProbe(), TransferStrategy.LayerWise("stem"), TransferStrategy.TransFusion("stem"), TransferStrategy.Truncated("stem") },
            strategy => Assert.True(strategy.NeedsPretrainedWeights));
    }

    private static class StrategyGenerators
    {
        public static Arbitrary<TransferStrategy> Strategies()
        {
            var letter = Gen.Elements("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789._-/".ToCharArray());
            var cut = letter.NonEmptyListOf().Select(letters => new string([.. letters]));
            var optionalCut = Gen.Frequency((1, Gen.Constant<string?>(null)), (3, cut.Select(c => (string?)c)));
            var slim = ArbMap.Default.GeneratorFor<NormalFloat>().Select(f => 1 + (Math.Abs(f.Get) % 63 + 1e-9)).Select(s => Math.Min(s, 64));
            return Gen.OneOf(
                Gen.Constant<TransferStrategy>(TransferStrategy.Full()),
                optionalCut.Select(c => (TransferStrategy)TransferStrategy.LinearProbe(c)),
                optionalCut.Select(c => (TransferStrategy)TransferStrategy.FromScratch(c)),
                cut.Select(c => (TransferStrategy)TransferStrategy.LayerWise(c)),
                cut.Select(c => (TransferStrategy)TransferStrategy.Truncated(c)),
                from keep in cut
                from divisor in slim
                select (TransferStrategy)TransferStrategy.TransFusion(keep, divisor)).ToArbitrary();
        }
    }
}
