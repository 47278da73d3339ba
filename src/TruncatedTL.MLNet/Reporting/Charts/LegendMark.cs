namespace TruncatedTL.MLNet.Reporting.Charts;

/// <summary>Kinds of marks in a legend.</summary>
internal enum LegendMark
{
    Line,
    Dot,
    Diamond,
    Area,
}
