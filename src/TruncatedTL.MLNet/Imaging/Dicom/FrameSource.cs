using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>Gives the frames of an image as they are stored, whatever their coding.</summary>
internal abstract class FrameSource
{
    /// <summary>Decodes one frame.</summary>
    /// <param name="frame">Which one, from 0.</param>
    /// <param name="raw">Takes the allocated bits of every value, pixel by pixel, the colours of a pixel together. [H, W, samples]</param>
    /// <returns>What the values mean; a decoder may know better than the data set.</returns>
    public abstract Photometric Decode(int frame, uint[] raw);

    /// <summary>The source for a file's pixel data. No memory is taken yet, but it is certain that the content can fill it.</summary>
    /// <exception cref="UnsupportedTransferSyntaxException">The coding is not supported.</exception>
    /// <exception cref="ImageFormatException">There are no pixel data, or fewer than the description calls for.</exception>
    public static FrameSource Of(DicomFile file, PixelDescription description)
    {
        var pixelData = file.PixelData!;
        if ((pixelData.Fragments is null) != (file.Syntax.Coding == PixelCoding.Native))
        {
            throw new ImageFormatException(file.Name, $"the pixel data are {(pixelData.Fragments is null ? "not " : string.Empty)}encapsulated, against the transfer syntax {file.Syntax.Name}");
        }

        return file.Syntax.Coding switch
        {
            PixelCoding.Native => new NativeFrames(pixelData, description),
            PixelCoding.RunLength => new RunLengthFrames(pixelData, description),
            _ => new JpegFrames(pixelData, description),
        };
    }
}
