using FastNN.Contract;

namespace FastNN.Passes;

/// <summary>A step of some blocks of an ensemble: where everything is. Pointers are those of the first member.</summary>
internal readonly unsafe struct MemberStep
{
    internal required float* Parameters { get; init; }

    /// <summary>The first state of the optimizer, or null. It lies as the parameters do.</summary>
    internal required float* First { get; init; }

    /// <summary>The second state, or null.</summary>
    internal required float* Second { get; init; }

    /// <summary>The terms of each block (<see cref="MemberTerms"/>). The factors of the gradient may be written.</summary>
    internal required float* Terms { get; init; }

    /// <summary>The terms that are the same for all members.</summary>
    internal required UpdateTerms Common { get; init; }

    /// <summary>Inputs [batch, n_in] of the first member.</summary>
    internal required float* X { get; init; }

    /// <summary>Floats from there to those of the second member. 0 if all have the same.</summary>
    internal required nint XStride { get; init; }

    /// <summary>Targets [batch, n_out] of the first member.</summary>
    internal required float* Y { get; init; }

    /// <summary>Floats from there to those of the second member. 0 if all have the same.</summary>
    internal required nint YStride { get; init; }

    /// <summary>Receives the cost of each member.</summary>
    internal required float* Costs { get; init; }

    /// <summary>Members, in at least one block. Only the last block may have fewer than sixteen.</summary>
    internal required int Members { get; init; }

    /// <summary>Samples of each member.</summary>
    internal required int Batch { get; init; }

    /// <summary>Samples that go through the layers together.</summary>
    internal required int Together { get; init; }

    /// <summary>Whether costs and gradients are divided by the batch.</summary>
    internal required bool IsMean { get; init; }

    /// <summary>Whether it is a step at all. If not, only the costs are computed.</summary>
    internal required bool Updates { get; init; }

    /// <summary>Whether the gradient goes straight into the parameters: plain gradient descent.</summary>
    internal required bool Descends { get; init; }

    /// <summary>The limit of the norm of the gradient; +∞ if there is none.</summary>
    internal required float ClipNorm { get; init; }

}
