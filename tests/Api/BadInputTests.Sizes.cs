using System.Runtime.InteropServices;
using Xunit;

namespace FastNN.Tests.Api;

/// <summary>
/// Sizes around what an int holds, and sizes whose product would fit again without its upper bits. The spans claim more memory than there
/// is. Code that touched it, or used only 32 bits of a product, would not throw the exception that is expected here.
/// </summary>
public partial class BadInputTests
{
    /// <summary>The number of outputs for 2³¹ − 1 samples is 3·(2³¹ − 1). These are its lower 32 bits.</summary>
    private const int Wrapped = unchecked(3 * int.MaxValue);

    private readonly Network _widening = new([1, 3], seed: 1);

    [Fact]
    public void Widths_whose_products_overflow()
    {
        foreach (int[] widths in (int[][])[[65_536, 65_536], [46_341, 46_341], [1 << 16, 1 << 15], [1 << 20, 1 << 12],
            [30_000, 30_000, 30_000, 30_000]])
        {
            Refuses<ArgumentOutOfRangeException>("widths", [$"{widths[0]}", "more than"], () => _ = new Network(widths, seed: 1));
        }

        Refuses<ArgumentOutOfRangeException>("widths", ["more than"], () => _ = new Network([1, int.MaxValue], seed: 1));
    }

    [Fact]
    public void Batches_whose_products_overflow()
    {
        var trainer = new Trainer(_widening, new Sgd(0.5f));
        Assert.Equal(2_147_483_645, Wrapped);
        string[] mentions = ["3 values a sample", "6442450941 for the batch of 2147483647", "length of 2147483645"];
        Refuses<ArgumentException>("outputs", mentions, () => _widening.Forward(Claim(int.MaxValue), Claim(Wrapped)));
        Refuses<ArgumentException>(
            "outputs", mentions, () => _widening.Forward(Claim(int.MaxValue), Claim(Wrapped), threads: int.MaxValue));
        Refuses<ArgumentException>("outputGradient", mentions, () => trainer.Backward(Claim(int.MaxValue), Claim(Wrapped)));
        foreach (Uses method in MethodsOf(trainer))
            Refuses<ArgumentException>("targets", mentions, () => method(Claim(int.MaxValue), Claim(Wrapped)));
    }

    [Fact]
    public void Batches_of_the_greatest_lengths()
    {
        string[] broken = ["2 values", "length of 2147483647"], few = ["2147483646 for the batch of 1073741823", "length of 2"];
        Refuses<ArgumentException>("inputs", broken, () => _network.Forward(Claim(int.MaxValue), Claim(int.MaxValue)));
        Refuses<ArgumentException>("outputs", few, () => _network.Forward(Claim(int.MaxValue - 1), Part(0, 2)));
        RefusesSharing("outputs", "inputs", () => _network.Forward(Claim(int.MaxValue - 1), Claim(int.MaxValue - 1)));
        Refuses<ArgumentException>("inputs", broken, () => _trainer.Backward(Claim(int.MaxValue), Part(0, 2)));
        Refuses<ArgumentException>("outputGradient", few, () => _trainer.Backward(Claim(int.MaxValue - 1), Part(0, 2)));
        Refuses<ArgumentException>(
            "inputGradient", ["length of 2", "has 2147483647"], () => _trainer.Backward(Part(0, 2), Part(10, 2), Claim(int.MaxValue)));
        foreach (Uses method in MethodsOf(_trainer))
        {
            Refuses<ArgumentException>("inputs", broken, () => method(Claim(int.MaxValue), Part(0, 2)));
            Refuses<ArgumentException>("targets", few, () => method(Claim(int.MaxValue - 1), Part(0, 2)));
            Refuses<ArgumentException>(
                "targets", ["2 for the batch of 1", "length of 2147483646"], () => method(Part(0, 2), Claim(int.MaxValue - 1)));
        }
    }

    [Fact]
    public void Kernels_whose_products_overflow()
    {
        foreach ((int width, int wrapped, string product) in ((int, int, string)[])[(65_536, 0, "4294967296"),
            (65_537, 131_073, "4295098369")])
        {
            Action[] acts =
            [
                () => Kernels.Forward(Claim(width), Claim(wrapped), Claim(width), Claim(width)),
                () => Kernels.BackwardUpdate(Claim(width), Claim(width), Claim(wrapped), Claim(width), [], 0.5f),
                () => Kernels.BackwardAccumulate(Claim(width), Claim(width), Claim(wrapped), Claim(wrapped), Claim(width), []),
            ];
            foreach (Action act in acts) Refuses<ArgumentException>("weights", [product, $"has {wrapped}"], act);
        }
    }

    [Fact]
    public void Kernels_of_the_greatest_lengths()
    {
        const int most = int.MaxValue, tooWide = (1 << 29) + 1;
        string[] wide = ["between 1 and 536870912", "length of 536870913"], other = ["length of 2147483647", "has 2147483646"];
        Refuses<ArgumentException>("inputs", wide, () => Kernels.Forward(Claim(tooWide), Claim(tooWide), Part(0, 1), Part(1, 1)));
        Refuses<ArgumentException>("biases", wide, () => Kernels.Forward(Part(0, 1), Claim(tooWide), Claim(tooWide), Claim(tooWide)));
        Refuses<ArgumentException>("outputs", wide, () => Kernels.OutputDelta(Claim(tooWide), Claim(tooWide), Claim(tooWide)));
        Refuses<ArgumentException>(
            "inputs", wide, () => Kernels.BackwardUpdate(Claim(tooWide), Part(0, 1), Claim(tooWide), Part(1, 1), [], 0.5f));
        Refuses<ArgumentException>(
            "delta", wide, () => Kernels.BackwardAccumulate(Part(0, 1), Claim(tooWide), Part(1, 1), Part(2, 1), Part(3, 1), []));
        Refuses<ArgumentException>("y", other, () => Kernels.Activate(Activation.Tanh, Claim(most), Claim(most - 1)));
        Refuses<ArgumentException>("y", other, () => Kernels.ActivateWithSlope(Activation.Tanh, Claim(most), Claim(most - 1), Claim(most)));
        Refuses<ArgumentException>(
            "slopes", other, () => Kernels.ActivateWithSlope(Activation.Tanh, Claim(most), Claim(most), Claim(most - 1)));
        Refuses<ArgumentException>("gradient", other, () => Kernels.GradientDescent(Claim(most), Claim(most - 1), 1f, 0.5f));
    }

    private static Uses[] MethodsOf(Trainer trainer) =>
    [
        (x, y) => trainer.Step(x, y),
        (x, y) => trainer.Evaluate(x, y),
        (x, y) => trainer.Measure(x, y),
        (x, y) => trainer.ComputeGradient(x, y),
        (x, y) => trainer.TrainUntil(x, y, cost: 0f, maxSteps: 10),
        (x, y) => trainer.Fit(x, y, new FitOptions { Epochs = 1 }),
    ];

    /// <summary>
    /// A span that claims so many floats. It begins with the first float of the test's memory and ends far behind the last.
    /// </summary>
    private Span<float> Claim(int length) => MemoryMarshal.CreateSpan(ref _memory[0], length);
}
