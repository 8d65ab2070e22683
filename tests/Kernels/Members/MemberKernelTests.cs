using FastNN.Contract;
using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Members;

/// <summary>The kernels for blocks of sixteen networks have the bits of the reference, and touch no memory but their rows.</summary>
public unsafe class MemberKernelTests
{
    private const int Lanes = MemberBlocks.Members;

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Sums_of_a_layer(KernelVariant variant, Numbers numbers)
    {
        var supply = new Supply(numbers);
        foreach ((int inputs, int outputs, MemberGroup group) in Groups(numbers))
        {
            Guarded w = supply.Next((int)group.BlockStep * group.Blocks), a = supply.Next(inputs * group.Row);
            float* b = w.Pointer + inputs * outputs * Lanes;
            AssertSame(variant, supply, outputs * group.Row, $"{inputs} × {outputs}, {group}", z =>
                new Call(kernels => kernels.Forward(a.Pointer, inputs, w.Pointer, b, z, outputs, group)));
            Guarded.AssertUntouched(w, a);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void The_delta_of_the_layer_before(KernelVariant variant, Numbers numbers)
    {
        var supply = new Supply(numbers);
        foreach ((int inputs, int outputs, MemberGroup group) in Groups(numbers))
        {
            foreach (bool alone in (bool[])[true, false])
            {
                MemberGroup here = alone ? group with { Samples = 1 } : group;
                Guarded w = supply.Next((int)here.BlockStep * here.Blocks), delta = supply.Next(outputs * here.Row);
                Guarded kept = supply.Next(inputs * here.Row);
                AssertSame(variant, supply, inputs * here.Row, $"{inputs} × {outputs}, {here}, alone {alone}", target =>
                    new Call(kernels => kernels.Backward(w.Pointer, delta.Pointer, outputs, kept.Pointer, inputs, target, here, alone)));
                Guarded.AssertUntouched(w, delta, kept);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void The_gradient_and_its_update(KernelVariant variant, Numbers numbers)
    {
        var supply = new Supply(numbers);
        int turn = 0;
        foreach ((int inputs, int outputs, MemberGroup group) in Groups(numbers))
        {
            bool alone = turn % 3 == 0, adds = turn % 2 == 0 && !alone, updates = turn++ % 4 < 2;
            MemberGroup here = alone ? group with { Samples = 1 } : group;
            int gradient = (int)here.BlockStep * here.Blocks;
            Guarded a = supply.Next(inputs * here.Row), delta = supply.Next(outputs * here.Row), sum = supply.Next(gradient);
            Guarded terms = Terms(here.Blocks);
            string what = $"{inputs} × {outputs}, {here}, alone {alone}, adds {adds}, updates {updates}";
            AssertSame(variant, supply, gradient, what, target => new Call(kernels => kernels.Gradient(
                a.Pointer, inputs, delta.Pointer, outputs, here, alone, adds ? sum.Pointer : null, target, alone ? 1f : 0.3f,
                updates ? terms.Pointer : null)));
            Guarded.AssertUntouched(a, delta, sum, terms);
        }
    }

    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void An_update_by_each_rule(KernelVariant variant, Numbers numbers)
    {
        var supply = new Supply(numbers);
        Optimizer[] optimizers = [new Sgd(0.1f), new Momentum(0.1f), new Nesterov(0.1f), new RmsProp(0.1f), new Adam(0.1f)];
        foreach (Optimizer optimizer in optimizers)
        {
            RuleTerms<float> rule = optimizer.TermsAt(3).Rule;
            foreach (int count in (int[])[1, 2, 3, 17, 64])
            {
                foreach (bool decays in (bool[])[true, false])
                {
                    float clip = count % 2 == 0 ? 0.1f : float.PositiveInfinity;
                    Guarded g = supply.Next(count * Lanes), terms = Terms(1);
                    Guarded[] expected = Targets(supply, count), actual = [.. expected.Select(old => new Guarded(old.Span, 3))];
                    Run(KernelVariant.Scalar, expected);
                    Run(variant, actual);
                    for (int k = 0; k < expected.Length; k++)
                    {
                        Cases.AssertSameBits(expected[k].Span, actual[k].Span, $"{optimizer}, {count}, decays {decays}, array {k}");
                        Guarded.AssertGuards(actual[k]);
                    }

                    Guarded.AssertUntouched(g, terms);

                    void Run(KernelVariant kernels, Guarded[] arrays) => optimizer.KernelFrom(KernelSet.For(kernels)).UpdateMembers(
                        arrays[0].Pointer, g.Pointer, arrays[1].Pointer, arrays[2].Pointer, count, decays, terms.Pointer, clip, in rule);
                }
            }
        }
    }

    /// <summary>Parameters, a first state, and a second state, which is never negative.</summary>
    private static Guarded[] Targets(Supply supply, int count)
    {
        Guarded second = supply.Next(count * Lanes);
        float[] squares = [.. second.Span.ToArray().Select(value => value * value)];
        return [supply.Next(count * Lanes), supply.Next(count * Lanes), new Guarded(squares, 5)];
    }

    /// <summary>Rates, factors, decays and shares that differ from network to network. Some take no part, and some do not move.</summary>
    private static Guarded Terms(int blocks)
    {
        float[] terms = new float[blocks * MemberTerms.Floats];
        for (int m = 0; m < blocks * Lanes; m++)
        {
            Span<float> block = terms.AsSpan(m / Lanes * MemberTerms.Floats);
            int lane = m % Lanes;
            block[MemberTerms.Rates + lane] = m % 5 == 1 ? -0f : -0.1f - 0.01f * m;
            block[MemberTerms.Keeps + lane] = 1f - 0.001f * m;
            block[MemberTerms.Decays + lane] = m % 3 * 0.2f;
            block[MemberTerms.Scales + lane] = 1f + m % 2;
            block[MemberTerms.Parts + lane] = 1f;
            if (m % 7 == 2) block[MemberTerms.Rates + lane] = block[MemberTerms.Parts + lane] = 0f;
        }

        return new Guarded(terms, 7);
    }

    /// <summary>Shapes with one to three blocks and one to five samples.</summary>
    private static IEnumerable<(int Inputs, int Outputs, MemberGroup Group)> Groups(Numbers numbers)
    {
        int turn = 0;
        foreach ((int inputs, int outputs) in Cases.For(numbers, Cases.SomeShapes.Where(shape => shape.Inputs * shape.Outputs < 2000)))
        {
            yield return (inputs, outputs, new MemberGroup(1 + turn % 3, 1 + turn % 5, (inputs + 1) * outputs * Lanes));
            turn++;
        }
    }

    private static void AssertSame(KernelVariant variant, Supply supply, int floats, string what, TargetCall callOf)
    {
        Guarded expected = supply.Target(floats), actual = new(expected.Span, 3);
        KernelSet.For(KernelVariant.Scalar).GiveTo(callOf(expected.Pointer));
        KernelSet.For(variant).GiveTo(callOf(actual.Pointer));
        Cases.AssertSameBits(expected.Span, actual.Span, what);
        Guarded.AssertGuards(actual);
    }

    private delegate Call TargetCall(float* target);

    /// <summary>Calls a primitive of a variant.</summary>
    private sealed class Call(Action<Primitives> call) : IKernelUser<bool>
    {
        public bool Take<K, T>()
            where K : struct, IKernels
            where T : struct, ITileKernels
        {
            call(new Primitives<T>());
            return true;
        }
    }

    private abstract class Primitives
    {
        internal abstract void Forward(float* a, int inputs, float* w, float* b, float* z, int outputs, MemberGroup group);

        internal abstract void Backward(
            float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, MemberGroup group, bool alone);

        internal abstract void Gradient(
            float* a, int inputs, float* delta, int outputs, MemberGroup group, bool alone, float* sum, float* target, float scale,
            float* terms);
    }

    private sealed class Primitives<T> : Primitives
        where T : struct, ITileKernels
    {
        internal override void Forward(float* a, int inputs, float* w, float* b, float* z, int outputs, MemberGroup group) =>
            T.MemberForward(a, inputs, w, b, z, outputs, group);

        internal override void Backward(
            float* w, float* delta, int outputs, float* kept, int inputs, float* inputDelta, MemberGroup group, bool alone) =>
            T.MemberBackward<Sigmoid>(w, delta, outputs, kept, inputs, inputDelta, group, alone);

        internal override void Gradient(
            float* a, int inputs, float* delta, int outputs, MemberGroup group, bool alone, float* sum, float* target, float scale,
            float* terms) =>
            T.MemberGradient(a, inputs, delta, outputs, group, alone, sum, target, scale, terms);
    }
}
