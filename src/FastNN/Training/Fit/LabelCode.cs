namespace FastNN.Fit;

/// <summary>How labels become targets of a network.</summary>
/// <param name="Outputs">The number of outputs. If there are several, each is a class. One output stands for two classes.</param>
/// <param name="Low">The target that says no: 0, or −1 if the outputs reach from −1 to 1.</param>
internal readonly record struct LabelCode(int Outputs, float Low)
{
    /// <summary>The code for a network whose last layer has this activation.</summary>
    internal static LabelCode For(int outputs, Activation last) =>
        new(outputs, last.LeastOutput == -1f && last.MostOutput == 1f ? -1f : 0f);

    /// <summary>The number of classes.</summary>
    internal int Classes => Outputs == 1 ? 2 : Outputs;

    /// <exception cref="ArgumentException">A label is none of the classes, and its weight is not 0.</exception>
    internal void Check(ReadOnlySpan<int> labels, string name, ReadOnlySpan<float> weights = default) =>
        Places.Check(labels, name, Classes, Outputs == 1 ? "classes of one output" : "outputs", weights);

    /// <summary>Writes the targets of a sample. What is no class has none: samples of weight 0 may have such labels.</summary>
    internal void Write(int label, Span<float> targets)
    {
        targets.Fill(Low);
        if (Outputs == 1 && label == 1) targets[0] = 1f;
        else if (Outputs > 1 && (uint)label < (uint)Outputs) targets[label] = 1f;
    }

    /// <summary>
    /// The class that targets name: the place of the largest, the first of equals. One output names the class 1 if it is at least 0.5.
    /// </summary>
    internal static int ClassOf(ReadOnlySpan<float> targets)
    {
        if (targets.Length == 1) return targets[0] >= 0.5f ? 1 : 0;

        int largest = 0;
        for (int i = 1; i < targets.Length; i++)
            if (targets[i] > targets[largest]) largest = i;
        return largest;
    }
}
