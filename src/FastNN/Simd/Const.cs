namespace FastNN.Simd;

/// <summary>
/// A number that the JIT knows. A body that has it as a parameter is compiled once for each number, without the branches on it.
/// </summary>
internal interface IConst
{
    static abstract int Value { get; }
}

internal static class Const
{
    internal readonly struct No : IConst { public static int Value => 0; }

    internal readonly struct Yes : IConst { public static int Value => 1; }

    internal readonly struct One : IConst { public static int Value => 1; }

    internal readonly struct Two : IConst { public static int Value => 2; }

    internal readonly struct Three : IConst { public static int Value => 3; }

    internal readonly struct Four : IConst { public static int Value => 4; }

    internal readonly struct Five : IConst { public static int Value => 5; }

    internal readonly struct Six : IConst { public static int Value => 6; }

    internal readonly struct Seven : IConst { public static int Value => 7; }

    internal readonly struct Eight : IConst { public static int Value => 8; }
}
