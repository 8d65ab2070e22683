namespace FastNN.Fit;

/// <summary>How labels become targets of a network.</summary>
/// <param name="Outputs">The number of outputs. If there are several, each is a class. One output stands for two classes.</param>
/// <param name="Low">The target that says no: 0, or −1 if the outputs reach from −1 to 1.</param>
internal readonly record struct LabelCode(int Outputs, float Low)
{
    /// <summary>The code for a network whose last layer has this activation.</summary>
    internal static LabelCode For(int outputs, Activation last) =>
        new(outputs, last == Activation.Tanh || last == Activation.Softsign ? -1f : 0f);

    /// <exception cref="ArgumentException">A label is none of the classes.</exception>
    internal void Check(ReadOnlySpan<int> labels, string name) =>
        Places.Check(labels, name, Outputs == 1 ? 2 : Outputs, Outputs == 1 ? "classes of one output" : "outputs");

    /// <summary>Writes the targets of a sample.</summary>
    internal void Write(int label, Span<float> targets)
    {
        targets.Fill(Low);
        if (Outputs > 1) targets[label] = 1f;
        else if (label == 1) targets[0] = 1f;
    }
}
