using FastNN.Bench.Results;
using ScottPlot;

namespace FastNN.Bench.Pictures;

/// <summary>Who is in a picture, and how it is told from the others: by colour, and in lines by marker too.</summary>
/// <param name="Label">As a report names it.</param>
internal readonly record struct Contender(string Label)
{
    internal const string FastNN = "FastNN";
    internal const string Limit = "limit of the machine";
    internal const string Ideal = "ideal: as many times as fast as processors work";
    internal const string Forward = "forward";
    internal const string Step = "training step";
    private const string StandIn = " (published figure, scaled)";

    /// <summary>
    /// In the order of legends, with the colours of Okabe and Ito, which also the colour-blind tell apart: somewhat darker on light pages
    /// and lighter on dark ones. Passes, variants and libraries that share a colour are never in one picture.
    /// </summary>
    private static readonly (string Name, string Light, string Dark, MarkerShape Marker)[] s_looks =
    [
        (Limit, "#1F2328", "#F0F6FC", MarkerShape.None),
        (Ideal, "#1F2328", "#F0F6FC", MarkerShape.None),
        (Forward, "#0072B2", "#56B4E9", MarkerShape.FilledCircle),
        (Step, "#E69F00", "#F0B429", MarkerShape.FilledSquare),
        (EnsembleRow.Ensemble, "#0072B2", "#56B4E9", MarkerShape.FilledCircle),
        (EnsembleRow.Loop, "#E69F00", "#F0B429", MarkerShape.FilledSquare),
        (UncertaintyPicture.Curve, "#1F2328", "#F0F6FC", MarkerShape.None),
        (UncertaintyPicture.Samples, "#C44A00", "#F47A3C", MarkerShape.FilledCircle),
        (UncertaintyPicture.Mean, "#0072B2", "#56B4E9", MarkerShape.None),
        (UncertaintyPicture.Band, "#7FB8D8", "#2F6A8C", MarkerShape.FilledSquare),
        (FastNN, "#0072B2", "#56B4E9", MarkerShape.FilledCircle),
        ("Vector512", "#0072B2", "#56B4E9", MarkerShape.FilledCircle),
        ("Vector256", "#E69F00", "#F0B429", MarkerShape.FilledSquare),
        ("Vector128", "#009E73", "#2DC69B", MarkerShape.FilledTriangleUp),
        ("Scalar", "#6E7781", "#9198A1", MarkerShape.FilledDiamond),
        ("ONNX Runtime", "#E69F00", "#F0B429", MarkerShape.FilledSquare),
        ("libtorch", "#C44A00", "#F47A3C", MarkerShape.FilledTriangleUp),
        ("OpenBLAS", "#8A7A00", "#F0E442", MarkerShape.Eks),
        ("FANN", "#009E73", "#2DC69B", MarkerShape.FilledDiamond),
        ("TensorPrimitives", "#B0588F", "#E39AC4", MarkerShape.FilledTriangleDown),
    ];

    private bool IsStandIn => Label.EndsWith(StandIn, StringComparison.Ordinal);

    /// <summary>Its place in legends; after all others if it is unknown.</summary>
    private int Rank
    {
        get
        {
            string name = Label.Replace(StandIn, "", StringComparison.Ordinal);
            int index = Array.FindIndex(s_looks, look => look.Name == name);
            return index < 0 ? s_looks.Length : index;
        }
    }

    private bool Known => Rank < s_looks.Length;

    /// <summary>Paler where it stands in for a measurement.</summary>
    internal Color Color(Theme theme)
    {
        Color color = Known ? new(theme == Theme.Dark ? s_looks[Rank].Dark : s_looks[Rank].Light) : theme.Muted;
        return IsStandIn ? color.InterpolateRgb(theme.Background, 0.55) : color;
    }

    internal LineStyle Line(Theme theme) => new(2, Color(theme));

    internal MarkerStyle Marker(Theme theme, float size) =>
        new(Known ? s_looks[Rank].Marker : MarkerShape.FilledDiamond, size, Color(theme));

    /// <summary>Everyone in these rows, in the order of legends.</summary>
    internal static Contender[] In(IEnumerable<Row> rows) =>
        [
            .. rows.Select(row => new Contender(row.Contestant)).Distinct()
                .OrderBy(who => who.Rank).ThenBy(who => who.Label, StringComparer.Ordinal),
        ];
}
