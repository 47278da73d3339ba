namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>A component of a JPEG frame: a colour and how densely it is sampled.</summary>
internal readonly record struct JpegComponent(byte Id, int HorizontalSampling, int VerticalSampling);
