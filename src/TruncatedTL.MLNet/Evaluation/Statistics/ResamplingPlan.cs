namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>
/// What a resample draws: whole patients where there are groups, else rows; from each class as many as it has, so that no class gets
/// lost. A patient with rows of several classes is drawn with the rarest of them.
/// </summary>
internal sealed class ResamplingPlan
{
    private readonly int[] _unitOfRow;
    private readonly double[] _weights;

    public ResamplingPlan(EvaluationRows rows, double[] weights)
    {
        _weights = weights;
        _unitOfRow = UnitsOf(rows, out var unitCount);
        UnitCount = unitCount;

        // Per class the number of units that have it.
        var classesOfUnit = new HashSet<int>[unitCount];
        for (var i = 0; i < _unitOfRow.Length; i++)
        {
            (classesOfUnit[_unitOfRow[i]] ??= []).Add(rows.Labels[i]);
        }

        UnitsPerClass = new int[rows.ClassCount];
        foreach (var label in classesOfUnit.SelectMany(classes => classes))
        {
            UnitsPerClass[label]++;
        }

        Strata = Enumerable.Range(0, unitCount)
            .GroupBy(unit => classesOfUnit[unit].MinBy(label => (UnitsPerClass[label], label)))
            .OrderBy(stratum => stratum.Key)
            .Select(stratum => stratum.ToArray())
            .ToArray();
    }

    /// <summary>Number of units.</summary>
    public int UnitCount { get; }

    /// <summary>Per class the number of units that have a row of it.</summary>
    public int[] UnitsPerClass { get; }

    /// <summary>The units that are drawn among themselves.</summary>
    public int[][] Strata { get; }

    /// <summary>Draws a resample: how often each unit is in it.</summary>
    public void Draw(ref SplitMix64 random, int[] multiplicities)
    {
        Array.Clear(multiplicities);
        foreach (var stratum in Strata)
        {
            for (var i = 0; i < stratum.Length; i++)
            {
                multiplicities[stratum[random.NextInt32(stratum.Length)]]++;
            }
        }
    }

    /// <summary>The weight of each row where each unit counts this often.</summary>
    public void Weigh(int[] multiplicities, double[] rowWeights)
    {
        for (var i = 0; i < rowWeights.Length; i++)
        {
            rowWeights[i] = _weights[i] * multiplicities[_unitOfRow[i]];
        }
    }

    private static int[] UnitsOf(EvaluationRows rows, out int count)
    {
        if (rows.Groups is not { } groups)
        {
            count = rows.Count;
            return Enumerable.Range(0, rows.Count).ToArray();
        }

        var units = new Dictionary<string, int>(StringComparer.Ordinal);
        var unitOfRow = new int[groups.Length];
        for (var i = 0; i < groups.Length; i++)
        {
            if (!units.TryGetValue(groups[i], out unitOfRow[i]))
            {
                unitOfRow[i] = units.Count;
                units.Add(groups[i], unitOfRow[i]);
            }
        }

        count = units.Count;
        return unitOfRow;
    }
}
