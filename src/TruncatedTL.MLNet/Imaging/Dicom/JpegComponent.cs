namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>A component of a JPEG frame: a colour, how densely it is sampled, and by which table its coefficients are scaled.</summary>
internal readonly record struct JpegComponent(byte Id, int HorizontalSampling, int VerticalSampling, int QuantizationTable);
