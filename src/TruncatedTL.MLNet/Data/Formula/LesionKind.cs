namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>What <see cref="FormulaLesionSource"/> puts into the tissue.</summary>
internal enum LesionKind
{
    None,
    BenignLike,
    MalignantLike,
}
