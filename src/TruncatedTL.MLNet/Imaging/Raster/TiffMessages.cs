using System.Globalization;
using BitMiracle.LibTiff.Classic;

namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>Collects what LibTiff says about one file; its own handler would print to the console.</summary>
internal sealed class TiffMessages
{
    static TiffMessages()
    {
        // LibTiff has one handler for the whole process. Messages about files that others opened go where they went before.
        var handler = new Handler();
        handler.Previous = Tiff.SetErrorHandler(handler);
    }

    /// <summary>The first error since the file was opened; null where there was none.</summary>
    public string? FirstError { get; private set; }

    private void Add(string format, object[] arguments)
    {
        try
        {
            FirstError ??= string.Format(CultureInfo.InvariantCulture, format, arguments);
        }
        catch (FormatException)
        {
            // A message with parts of the file in it may look like a format of its own.
            FirstError ??= format;
        }
    }

    private sealed class Handler : TiffErrorHandler
    {
        public TiffErrorHandler? Previous { get; set; }

        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is TiffMessages messages)
            {
                messages.Add(format, args);
            }
            else
            {
                Previous?.ErrorHandler(tif, method, format, args);
            }
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is not TiffMessages)
            {
                Previous?.ErrorHandlerExt(tif, clientData, method, format, args);
            }
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is not TiffMessages)
            {
                Previous?.WarningHandler(tif, method, format, args);
            }
        }

        public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is not TiffMessages)
            {
                Previous?.WarningHandlerExt(tif, clientData, method, format, args);
            }
        }
    }
}
