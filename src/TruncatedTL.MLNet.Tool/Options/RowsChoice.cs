namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>Which rows of divided data.</summary>
internal enum RowsChoice
{
    All,
    Train,
    Validation,
    Test,
}
