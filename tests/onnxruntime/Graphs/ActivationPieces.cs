namespace FastNN.Tests.Graphs;

/// <summary>Activations, in all forms.</summary>
internal static class ActivationPieces
{
    private static readonly ActivationForm[] s_all =
        [.. ActivationOperators.All, .. PiecewiseActivations.All, .. SmoothActivations.All, .. GeluActivations.All];

    /// <summary>Adds an activation that acts on each value by itself.</summary>
    internal static void Add(GraphDraft g)
    {
        ActivationForm[] forms = [.. s_all.Where(form => form.Suits(g))];
        ActivationForm form = g.Draw.Of(forms);
        g.Meaning.Activation(form.Write(g));
    }

    /// <summary>Adds a softmax over the last axis.</summary>
    internal static void AddSoftmax(GraphDraft g)
    {
        int rank = g.Shape.Length, axis = g.AnyAxis(rank - 1, rank);
        g.Op("Softmax");
        if (g.Opset >= 13 || rank == 2)
            g.WithDefault("axis", axis);
        else
            g.With("axis", axis);
        g.Meaning.Softmax();
        g.CanScale = false;
    }

    internal static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    internal static double Softplus(double z) => z > 0 ? z + double.LogP1(Math.Exp(-z)) : double.LogP1(Math.Exp(z));
}
