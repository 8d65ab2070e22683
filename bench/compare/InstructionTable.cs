using System.Globalization;
using System.Text.RegularExpressions;

namespace FastNN.Bench.Compare;

/// <summary>How many instructions the inner loop of each kernel takes, on x64 and on Arm64.</summary>
internal static partial class InstructionTable
{
    /// <summary>
    /// The kernels, each with the instantiation that does most of the work. S stands for the vector. If a method has several loops, the one
    /// with the most products counts.
    /// </summary>
    private static readonly (string Name, string[] Methods)[] s_products =
    [
        ("`DenseForward`, panels of eight vectors", ["DenseForward:Panel[S,Identity,Const+Eight]"]),
        ("`DenseForward`, stream of six rows", ["DenseForward:AddRows[S,Const+Six]"]),
        ("`DenseForward`, four chains", ["DenseForward:FourChains[S,Identity,Const+Two]"]),
        ("`DenseBackward`, δ and update", ["DenseBackward`4[S,Sigmoid,BackwardUpdate]:Part[Const+Four,Const+No]",
            "DenseBackward`4[S,Sigmoid,BackwardUpdate]:BackwardRows[Const+Four,Const+No,Const+Yes]"]),
        ("`DenseBackward`, gradient added", ["DenseBackward`4[S,Sigmoid,BackwardAccumulate]:BackwardRows[Const+Four,Const+No,Const+No]"]),
        ("`RowGemm`", ["RowGemm:Sum[S,Const+Two,Const+No,Const+Six]"]),
        ("`TileGemm` forward", ["TileGemm:Sum[S,Identity,Const+Two,Const+Six,Const+Yes]"]),
        ("`TileGemm` backward, ReLU", ["TileGemm:Sum[S,Relu,Const+Two,Const+Six,Const+No]"]),
        ("`TileNarrow`", ["TileNarrow:Sum[S,Const+Two,Const+Three]", "TileNarrow:Sum[S,Const+One,Const+Three]"]),
        ("`TileNarrowPairs`", ["TileNarrowPairs:Sum[S,Const+Two,Const+Six,Const+No]",
            "TileNarrowPairs:Sum[S,Const+Two,Const+Three,Const+No]"]),
        ("`TileTiny`, in `TinyForwardPasses`", ["TinyForwardPasses`2[VectorKernels`2[S],VectorTileKernels`2[S]]:ForwardTiles"]),
        ("`BatchGradient`", ["BatchGradient:Sum[S,Const+Two,Const+No,Const+Six]"]),
        ("`SumOfSquares`", ["SumOfSquares:Part[S]"]),
    ];

    /// <summary>Functions, updates and moves: what counts is a vector of results.</summary>
    private static readonly (string Name, string[] Methods)[] s_vectors =
    [
        .. from name in (string[])["Sigmoid", "Tanh", "Silu", "Gelu", "Softplus"]
           select ($"`ActivationSpan`, {name}", (string[])[$"ActivationSpan:InPlace[S,{name}]", $"ActivationSpan:InTurns[S,{name}]"]),
        ("`ActivationSpan`, ReLU", ["ActivationSpan:Activate[S,Relu]"]),
        ("`Softmax`, powers and their sum", ["Softmax:Powers[S,Const+No,Const+Yes]"]),
        ("`TileSoftmax`, the same", ["TileSoftmax:Activate[S]"]),
        ("`TileOutputDelta`, squared error, sigmoid", ["TileOutputDelta:Compute[S,Sigmoid,SquaredError]"]),
        ("`MultiplySlopes`", ["MultiplySlopes:Multiply[S]"]),
        ("`GradientDescent`", ["GradientDescent:Update[S]"]),
        ("`ParameterUpdate`, SGD", ["ParameterUpdate:Update[S,SgdRule]"]),
        ("`Transpose`", ["Transpose:Copy[S]"]),
    ];

    /// <summary>Prints two tables. A listing has a column for each width of its vectors. The column has the name of the file.</summary>
    internal static int Run(string[] listings)
    {
        Column[] columns =
        [
            .. from file in listings
               let methods = Listing.Read(file, []).Values.ToLookup(method => Short(method.Name))
               from bits in (int[])[128, 256, 512]
               where methods.Any(method => method.Key.StartsWith($"RowGemm:Sum[Simd{bits},", StringComparison.Ordinal))
               select new Column(Path.GetFileNameWithoutExtension(file), bits, methods),
        ];
        Print("Instructions for each multiply-add of a vector", s_products, columns, loop => loop.Products);
        Print("Instructions for each vector that is written", s_vectors, columns, loop => loop.Stores);
        return 0;
    }

    private static void Print(string title, (string Name, string[] Methods)[] rows, Column[] columns, Func<InnerLoop, int> units)
    {
        Console.WriteLine($"| {title} | {string.Join(" | ", columns.Select(column => $"{column.Name}, {column.Bits} bits"))} |");
        Console.WriteLine($"|---|{string.Concat(columns.Select(_ => "--:|"))}");
        foreach ((string name, string[] methods) in rows)
            Console.WriteLine($"| {name} | {string.Join(" | ", columns.Select(column => Cell(column, methods, units)))} |");
        Console.WriteLine();
    }

    private static string Cell(Column column, string[] methods, Func<InnerLoop, int> units)
    {
        InnerLoop? loop = methods.SelectMany(name => column.Methods[name.Replace("[S", $"[Simd{column.Bits}")])
            .SelectMany(InnerLoop.Of).Where(loop => units(loop) > 0)
            .OrderByDescending(loop => loop.Products).ThenBy(loop => (double)loop.Instructions / units(loop)).FirstOrDefault();
        if (loop == null) return "–";

        string ratio = (loop.Instructions / (double)units(loop)).ToString("0.00", CultureInfo.InvariantCulture);
        return ratio + (loop.OnStack > 0 ? $", {loop.OnStack} on the stack" : "") + (loop.Calls > 0 ? $", {loop.Calls} calls" : "");
    }

    /// <summary>The name without parameters, and without the type of a vector that follows from S.</summary>
    private static string Short(string name) => VectorType().Replace(name[..(name + "(").IndexOf('(')], "");

    [GeneratedRegex(@",Vector\d+`1\[float\]")]
    private static partial Regex VectorType();

    private sealed record Column(string Name, int Bits, ILookup<string, CompiledMethod> Methods);
}
