using System.Runtime.CompilerServices;

namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>One scattered point in each cell of the grid of whole coordinates.</summary>
/// <remarks>Source: Worley, "A cellular texture basis function", SIGGRAPH 1996.</remarks>
internal static class CellNoise
{
    /// <summary>The nearest points around a place of the plane.</summary>
    /// <param name="point">The place.</param>
    /// <param name="offset">Chooses the scatter: 0 up to 65,536; only the whole part counts.</param>
    /// <param name="jitter">How far a point may be from the middle of its cell: 0 not at all, 1 anywhere in the cell.</param>
    public static CellDistances Sample(PlanePoint point, PlanePoint offset, float jitter)
    {
        var (cellX, cellY) = ((int)MathF.Floor(point.X), (int)MathF.Floor(point.Y));
        var (offsetX, offsetY) = ((int)offset.X, (int)offset.Y);
        var search = Search.Start();

        // Distances are squared until the end. The nearest point lies in the cell itself or one of its eight neighbours.
        for (var row = cellY - 1; row <= cellY + 1; row++)
        {
            for (var column = cellX - 1; column <= cellX + 1; column++)
            {
                var hash = Finish(((uint)(column + offsetX) * 0x85EBCA6Bu) ^ ((uint)(row + offsetY) * 0xC2B2AE35u));
                var deltaX = column + 0.5f + (jitter * (((hash & 0xFFFF) * (1f / 65536f)) - 0.5f)) - point.X;
                var deltaY = row + 0.5f + (jitter * (((hash >> 16) * (1f / 65536f)) - 0.5f)) - point.Y;
                search.Add((deltaX * deltaX) + (deltaY * deltaY), hash);
            }
        }

        return search.Result();
    }

    /// <summary>The nearest points around a place of space; otherwise as in the plane.</summary>
    public static CellDistances Sample(SpacePoint point, SpacePoint offset, float jitter)
    {
        var (cellX, cellY, cellZ) = ((int)MathF.Floor(point.X), (int)MathF.Floor(point.Y), (int)MathF.Floor(point.Z));
        var (offsetX, offsetY, offsetZ) = ((int)offset.X, (int)offset.Y, (int)offset.Z);
        var search = Search.Start();

        // From the cell itself outwards on the nearer side first: what lies beyond the second nearest point so far is left
        // out, which is most of the 27 cells.
        var (stepX, stepY, stepZ) = (NearerSide(point.X - cellX), NearerSide(point.Y - cellY), NearerSide(point.Z - cellZ));
        for (var k = 0; k < 3; k++)
        {
            var slice = cellZ + Visit(k, stepZ);
            var squaresZ = SquaredGap(slice, point.Z, jitter);
            if (squaresZ >= search.Second)
            {
                break;
            }

            for (var j = 0; j < 3; j++)
            {
                var row = cellY + Visit(j, stepY);
                var squaresYZ = squaresZ + SquaredGap(row, point.Y, jitter);
                if (squaresYZ >= search.Second)
                {
                    break;
                }

                var line = ((uint)(row + offsetY) * 0xC2B2AE35u) ^ ((uint)(slice + offsetZ) * 0x27D4EB2Fu);
                for (var i = 0; i < 3; i++)
                {
                    var column = cellX + Visit(i, stepX);
                    if (squaresYZ + SquaredGap(column, point.X, jitter) >= search.Second)
                    {
                        break;
                    }

                    var hash = Finish(((uint)(column + offsetX) * 0x85EBCA6Bu) ^ line);
                    var deltaX = column + 0.5f + (jitter * (((hash & 0x7FF) * (1f / 2048f)) - 0.5f)) - point.X;
                    var deltaY = row + 0.5f + (jitter * ((((hash >> 11) & 0x7FF) * (1f / 2048f)) - 0.5f)) - point.Y;
                    var deltaZ = slice + 0.5f + (jitter * (((hash >> 22) * (1f / 1024f)) - 0.5f)) - point.Z;
                    search.Add((deltaX * deltaX) + (deltaY * deltaY) + (deltaZ * deltaZ), hash);
                }
            }
        }

        return search.Result();
    }

    private static int NearerSide(float fraction)
    {
        return fraction < 0.5f ? -1 : 1;
    }

    // The cell itself, the nearer neighbour, the farther one.
    private static int Visit(int order, int nearerSide)
    {
        return order == 0 ? 0 : order == 1 ? nearerSide : -nearerSide;
    }

    // Along one axis, the points of a cell are within half the jitter of its middle.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SquaredGap(int cell, float coordinate, float jitter)
    {
        var gap = Math.Max(0f, Math.Abs(cell + 0.5f - coordinate) - (0.5f * jitter));
        return gap * gap;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Finish(uint hash)
    {
        hash = (hash ^ (hash >> 15)) * 0x2C1B3C6Du;
        hash = (hash ^ (hash >> 12)) * 0x297A2D39u;
        return hash ^ (hash >> 15);
    }

    private struct Search
    {
        private float _nearest;
        private float _second;
        private uint _nearestHash;

        public readonly float Second => _second;

        public static Search Start()
        {
            return new Search { _nearest = float.MaxValue, _second = float.MaxValue };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float distance, uint hash)
        {
            if (distance < _nearest)
            {
                (_second, _nearest, _nearestHash) = (_nearest, distance, hash);
            }
            else if (distance < _second)
            {
                _second = distance;
            }
        }

        public readonly CellDistances Result()
        {
            return new CellDistances(MathF.Sqrt(_nearest), MathF.Sqrt(_second), ((_nearestHash * 0x9E3779B1u) >> 8) * (1f / (1 << 24)));
        }
    }
}
