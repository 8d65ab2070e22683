using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN.Bench.Machine;

/// <summary>
/// Loops that do nothing but one operation: many at once for the peak, each on the result of the one before for the latency. They go on
/// with the numbers of the call before, so that none of it can be left out.
/// </summary>
internal static unsafe class Peaks
{
    /// <summary>Operations in a call of a loop below, for each lane of its vectors.</summary>
    internal const int Operations = 12 * 8;

    private static readonly AlignedBuffer s_state = new(12 * 16);

    /// <summary>
    /// z ← z·½ + 1 in twelve vectors, as many as the registers of AVX2 hold beside the constants; four cycles by two units need eight.
    /// </summary>
    internal static void MultiplyAdd<S, V>(int calls)
        where S : struct, ISimd<V>
        where V : struct
    {
        float* state = s_state.Pointer;
        V half = S.Broadcast(0.5f), one = S.Broadcast(1f);
        V z0 = S.Load(state), z1 = S.Load(state + 1), z2 = S.Load(state + 2), z3 = S.Load(state + 3);
        V z4 = z0, z5 = z1, z6 = z2, z7 = z3, z8 = z0, z9 = z1, z10 = z2, z11 = z3;
        for (int turn = 8 * calls; turn > 0; turn--)
        {
            z0 = S.MultiplyAdd(z0, half, one);
            z1 = S.MultiplyAdd(z1, half, one);
            z2 = S.MultiplyAdd(z2, half, one);
            z3 = S.MultiplyAdd(z3, half, one);
            z4 = S.MultiplyAdd(z4, half, one);
            z5 = S.MultiplyAdd(z5, half, one);
            z6 = S.MultiplyAdd(z6, half, one);
            z7 = S.MultiplyAdd(z7, half, one);
            z8 = S.MultiplyAdd(z8, half, one);
            z9 = S.MultiplyAdd(z9, half, one);
            z10 = S.MultiplyAdd(z10, half, one);
            z11 = S.MultiplyAdd(z11, half, one);
        }

        V sum = S.Add(S.Add(S.Add(z0, z1), S.Add(z2, z3)), S.Add(S.Add(z4, z5), S.Add(z6, z7)));
        S.Store(S.Add(sum, S.Add(S.Add(z8, z9), S.Add(z10, z11))), state);
    }

    /// <summary>The same without vectors.</summary>
    internal static void MultiplyAdd(int calls)
    {
        float z0 = *s_state.Pointer, z1 = z0, z2 = z0, z3 = z0, z4 = z0, z5 = z0, z6 = z0, z7 = z0, z8 = z0, z9 = z0, z10 = z0, z11 = z0;
        for (int turn = 8 * calls; turn > 0; turn--)
        {
            z0 = MathF.FusedMultiplyAdd(z0, 0.5f, 1f);
            z1 = MathF.FusedMultiplyAdd(z1, 0.5f, 1f);
            z2 = MathF.FusedMultiplyAdd(z2, 0.5f, 1f);
            z3 = MathF.FusedMultiplyAdd(z3, 0.5f, 1f);
            z4 = MathF.FusedMultiplyAdd(z4, 0.5f, 1f);
            z5 = MathF.FusedMultiplyAdd(z5, 0.5f, 1f);
            z6 = MathF.FusedMultiplyAdd(z6, 0.5f, 1f);
            z7 = MathF.FusedMultiplyAdd(z7, 0.5f, 1f);
            z8 = MathF.FusedMultiplyAdd(z8, 0.5f, 1f);
            z9 = MathF.FusedMultiplyAdd(z9, 0.5f, 1f);
            z10 = MathF.FusedMultiplyAdd(z10, 0.5f, 1f);
            z11 = MathF.FusedMultiplyAdd(z11, 0.5f, 1f);
        }

        *s_state.Pointer = z0 + z1 + z2 + z3 + z4 + z5 + z6 + z7 + z8 + z9 + z10 + z11;
    }

    /// <summary>1/z in four vectors: the divider takes one after another, so four are enough.</summary>
    internal static void Divide<S, V>(int calls)
        where S : struct, ISimd<V>
        where V : struct
    {
        float* state = s_state.Pointer;
        V one = S.Broadcast(1f), z0 = S.Add(S.Load(state), one), z1 = S.Add(z0, one), z2 = S.Add(z1, one), z3 = S.Add(z2, one);
        for (int turn = Operations / 4 * calls; turn > 0; turn--)
        {
            z0 = S.Divide(one, z0);
            z1 = S.Divide(one, z1);
            z2 = S.Divide(one, z2);
            z3 = S.Divide(one, z3);
        }

        S.Store(S.Add(S.Add(z0, z1), S.Add(z2, z3)), state);
    }

    /// <summary>√z in four vectors, which go to 1.</summary>
    internal static void SquareRoot<S, V>(int calls)
        where S : struct, ISimd<V>
        where V : struct
    {
        float* state = s_state.Pointer;
        V one = S.Broadcast(1f), z0 = S.Add(S.Load(state), one), z1 = S.Add(z0, one), z2 = S.Add(z1, one), z3 = S.Add(z2, one);
        for (int turn = Operations / 4 * calls; turn > 0; turn--)
        {
            z0 = S.SquareRoot(z0);
            z1 = S.SquareRoot(z1);
            z2 = S.SquareRoot(z2);
            z3 = S.SquareRoot(z3);
        }

        S.Store(S.Add(S.Add(z0, z1), S.Add(z2, z3)), state);
    }

    internal static void MultiplyAddChain(int calls)
    {
        float z = *s_state.Pointer;
        for (int turn = Operations / 4 * calls; turn > 0; turn--)
        {
            z = MathF.FusedMultiplyAdd(z, 0.5f, 1f);
            z = MathF.FusedMultiplyAdd(z, 0.5f, 1f);
            z = MathF.FusedMultiplyAdd(z, 0.5f, 1f);
            z = MathF.FusedMultiplyAdd(z, 0.5f, 1f);
        }

        *s_state.Pointer = z;
    }

    internal static void AddChain(int calls)
    {
        float z = *s_state.Pointer;
        for (int turn = Operations / 4 * calls; turn > 0; turn--)
        {
            z += 1f;
            z += -1f;
            z += 1f;
            z += -1f;
        }

        *s_state.Pointer = z;
    }

    internal static void DivideChain(int calls)
    {
        float z = *s_state.Pointer + 1f;
        for (int turn = Operations / 4 * calls; turn > 0; turn--)
        {
            z = 3f / z;
            z = 3f / z;
            z = 3f / z;
            z = 3f / z;
        }

        *s_state.Pointer = z;
    }
}
