using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>From stored values to modality units, such as Hounsfield units (PS3.3, C.11.1).</summary>
internal abstract class ModalityTransform
{
    public static readonly ModalityTransform Identity = new Linear(1, 0);

    /// <summary>Whether nothing changes.</summary>
    public virtual bool IsIdentity => false;

    public abstract double Apply(long stored);

    /// <summary>The transform of one frame: a table where there is one, else slope and intercept, else none.</summary>
    public static ModalityTransform Of(DicomDataSet dataSet, FunctionalGroups groups, int frame, bool isSigned)
    {
        if (dataSet.Items(DicomTag.ModalityLutSequence) is [var item, ..])
        {
            return new Table(LookupTable.Read(item, DicomTag.LutDescriptor, DicomTag.LutData, isSigned));
        }

        var holder = groups.Find(frame, DicomTag.PixelValueTransformationSequence) ?? dataSet;
        var slope = holder.Decimal(DicomTag.RescaleSlope) ?? 1;
        var intercept = holder.Decimal(DicomTag.RescaleIntercept) ?? 0;
        if (slope == 0)
        {
            throw new ImageFormatException(dataSet.Name, $"{DicomTags.Describe(DicomTag.RescaleSlope)} is 0, which would make all values equal");
        }

        return slope == 1 && intercept == 0 ? Identity : new Linear(slope, intercept);
    }

    private sealed class Linear(double slope, double intercept) : ModalityTransform
    {
        public override bool IsIdentity => slope == 1 && intercept == 0;

        public override double Apply(long stored) => (stored * slope) + intercept;
    }

    private sealed class Table(LookupTable table) : ModalityTransform
    {
        public override double Apply(long stored) => table[stored];
    }
}
