namespace TruncatedTL.MLNet.Reporting;

/// <summary>Labelled rows that scores belong to.</summary>
/// <param name="Name">E.g. <c>validation</c>, <c>fold 2</c>, <c>test</c>.</param>
/// <param name="Labels">Class index of each row.</param>
/// <param name="Groups">Patient of each row; null where rows are independent.</param>
internal sealed record ReportRows(string Name, IReadOnlyList<int> Labels, IReadOnlyList<string>? Groups);
