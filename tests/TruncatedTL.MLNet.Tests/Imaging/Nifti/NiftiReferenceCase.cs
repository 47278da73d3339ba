namespace TruncatedTL.MLNet.Tests.Imaging.Nifti;

/// <summary>One file of nifti_reference.json; shapes and spacings are in the order x, y, z.</summary>
internal sealed record NiftiReferenceCase(
    string Name, string Content, int[] Shape, string Orientation, double[] Spacing, float[] Values, int[] RasShape, double[] RasSpacing, float[] Ras);
