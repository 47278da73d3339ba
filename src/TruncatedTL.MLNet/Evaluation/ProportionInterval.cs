namespace TruncatedTL.MLNet.Evaluation;

/// <summary>The interval of a proportion of independent rows, such as a sensitivity.</summary>
public enum ProportionInterval
{
    /// <summary>Wilson's score interval: covers its level on average.</summary>
    Wilson,

    /// <summary>Clopper and Pearson's exact interval: never covers less than its level, and is wider for it.</summary>
    ClopperPearson,
}
