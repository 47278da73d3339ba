using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>
/// What an enhanced multi-frame image says once for all frames or for each frame (PS3.3, C.7.6.16). Its slope, intercept, spacing and positions are
/// here and not in the data set itself.
/// </summary>
internal sealed class FunctionalGroups
{
    private readonly IReadOnlyList<DicomDataSet> _shared;
    private readonly IReadOnlyList<DicomDataSet> _perFrame;

    public FunctionalGroups(DicomDataSet dataSet, int frames)
    {
        _shared = dataSet.Items(DicomTag.SharedFunctionalGroupsSequence);
        _perFrame = dataSet.Items(DicomTag.PerFrameFunctionalGroupsSequence);
        if (_perFrame.Count > 0 && _perFrame.Count != frames)
        {
            throw new ImageFormatException(dataSet.Name, $"{DicomTags.Describe(DicomTag.PerFrameFunctionalGroupsSequence)} describes {_perFrame.Count} of {frames} frames");
        }
    }

    /// <summary>The group of a frame, or null where neither the frame nor all frames together have it.</summary>
    public DicomDataSet? Find(int frame, DicomTag group)
    {
        if (_perFrame.Count > 0 && _perFrame[frame].Items(group) is [var own, ..])
        {
            return own;
        }

        return _shared is [var all, ..] && all.Items(group) is [var common, ..] ? common : null;
    }
}
