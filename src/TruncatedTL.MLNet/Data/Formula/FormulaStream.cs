namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// What a run of random numbers is for. Each purpose has its own run, so that one more number drawn for one purpose
/// leaves the others as they were.
/// </summary>
internal enum FormulaStream
{
    NoiseTable = 1,
    ClassOffset = 2,
    ClassParameters = 3,
    Instance = 4,
    LesionInstance = 5,
    Finish = 6,
    Grey = 7,
    VolumeInstance = 8,
    VolumeFinish = 9,
}
