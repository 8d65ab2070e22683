using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;

namespace FastNN.Simd;

/// <summary>
/// The vocabulary for vectors: a kernel may say nothing else about a vector of floats. A kernel body is written once against it. An
/// instruction set is one empty struct that implements it. Folds mix lanes, and so do the methods for quads. Every other method acts on
/// each lane by itself, and is at most one IEEE operation. So the value of a lane never depends on the width.
/// </summary>
/// <typeparam name="V">The vector type, <see cref="Count"/> floats wide.</typeparam>
internal unsafe interface ISimd<V>
    where V : struct
{
    /// <summary>Lanes in a vector: a constant for the JIT.</summary>
    static abstract int Count { get; }

    /// <summary>Registers for such vectors, 16 or 32: a constant for the JIT.</summary>
    static abstract int Registers { get; }

    /// <summary>Whether one instruction does <see cref="LoadFirst"/>: a constant for the JIT.</summary>
    static abstract bool HasMaskedLoads { get; }

    static abstract V Broadcast(float value);

    static abstract V Load(float* source);

    static abstract void Store(V value, float* target);

    /// <summary>
    /// A number that multiplies all lanes, for <see cref="MultiplyAddFactor"/> alone. Arm multiplies by one lane of a register. There the
    /// number is in the first lane, and the others hold anything.
    /// </summary>
    static abstract V Factor(float value);

    /// <summary>The mask of the first <paramref name="count"/> lanes, 0 ≤ count ≤ <see cref="Count"/>.</summary>
    static abstract V First(int count);

    /// <summary>Loads the lanes of the mask. The other lanes are +0, and their memory is not touched.</summary>
    static abstract V LoadFirst(float* source, V mask);

    /// <summary>
    /// Stores the first <paramref name="count"/> lanes and touches no other memory. It writes whole parts of 8, 4, 2 and 1 floats. It never
    /// uses a masked store: a later load must wait until that store has reached the cache. On Zen 4 a step of 17-33-9-5 takes 1.7 times as
    /// long with the masked stores of AVX-512. Those of AVX2 are even slower.
    /// </summary>
    static abstract void StoreFirst(V value, float* target, int count);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    static abstract V Divide(V a, V b);

    /// <summary>√x, rounded once. √−0 is −0, and the root of a number less than 0 is NaN.</summary>
    static abstract V SquareRoot(V x);

    /// <summary>a·b + c with one rounding.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>a·factor + c with one rounding, where the factor is from <see cref="Factor"/>.</summary>
    static abstract V MultiplyAddFactor(V a, V factor, V c);

    /// <summary>c − a·b with one rounding.</summary>
    static abstract V SubtractProduct(V a, V b, V c);

    /// <summary>a &lt; x ? a : x. A NaN in <paramref name="x"/> survives.</summary>
    static abstract V Min(V a, V x);

    /// <summary>a &gt; x ? a : x. A NaN in <paramref name="x"/> survives.</summary>
    static abstract V Max(V a, V x);

    /// <summary>|a|.</summary>
    static abstract V Abs(V a);

    /// <summary>|a| with the sign of b.</summary>
    static abstract V CopySign(V a, V b);

    /// <summary>All bits of a lane where a &gt; b, no bit elsewhere.</summary>
    static abstract V Greater(V a, V b);

    /// <summary>The bits that both a and b have.</summary>
    static abstract V And(V a, V b);

    /// <summary>In each lane <paramref name="a"/> where the mask has all bits, <paramref name="b"/> where it has none.</summary>
    static abstract V Select(V mask, V a, V b);

    /// <summary>Adds the upper half of the lanes to the lower half until four are left: 16 become 8, and 8 become 4.</summary>
    static abstract Vector128<float> Fold(V value);

    /// <summary>The same with <see cref="Max"/> instead of the sum.</summary>
    static abstract Vector128<float> FoldMax(V value);

    /// <summary>The bits of each lane, shifted left.</summary>
    static abstract V ShiftBitsLeft(V value, [ConstantExpected] byte count);

    /// <summary>The bits of each lane, shifted right. Zeros come in from the left.</summary>
    static abstract V ShiftBitsRight(V value, [ConstantExpected] byte count);

    /// <summary>The sum of the bits of each lane, as integers.</summary>
    static abstract V AddBits(V a, V b);

    /// <summary>In each lane the bits table[k]. k is the number in the lowest four bits of the lane.</summary>
    static abstract V Lookup16(int* table, V index);

    /// <summary>Four floats from each of Count/4 places. The places are <paramref name="stride"/> floats apart.</summary>
    static abstract V LoadQuads(float* source, nint stride);

    /// <summary>In each quad of lanes a₀ b₀ a₁ b₁.</summary>
    static abstract V UnpackLow(V a, V b);

    /// <summary>In each quad of lanes a₂ b₂ a₃ b₃.</summary>
    static abstract V UnpackHigh(V a, V b);

    /// <summary>In each quad of lanes a₀ a₁ b₀ b₁.</summary>
    static abstract V UnpackLowPairs(V a, V b);

    /// <summary>In each quad of lanes a₂ a₃ b₂ b₃.</summary>
    static abstract V UnpackHighPairs(V a, V b);

    /// <summary>
    /// Four vectors, end to end, are Count/4 rows of sixteen lanes. Each row is folded to four lanes, in halves. Row q is quad q of the
    /// result.
    /// </summary>
    static abstract V FoldRows(V a, V b, V c, V d);

    /// <summary>
    /// In each quad of lanes the sums of these quads of a, b, c and d: (lane 0 + lane 2) + (lane 1 + lane 3), as the virtual lanes are
    /// folded.
    /// </summary>
    static abstract V SumEach(V a, V b, V c, V d);
}
