namespace ServeModel.Models;

/// <summary>A prepared image on its way into the model.</summary>
internal sealed class PixelRow
{
    public float[] Pixels { get; set; } = [];
}
