using FastNN.Onnx.Schema;

namespace FastNN.Tests.Graphs;

/// <summary>Nodes in a row become a function of the model, as exporters of modules write them.</summary>
internal static class GraphFunctions
{
    private const string Domain = "local";

    /// <summary>Makes one or two functions. The second one may call the first.</summary>
    internal static void Wrap(GraphDraft g)
    {
        g.Model.IrVersion = Math.Max(8, g.Model.IrVersion);
        for (int k = g.Draw.Between(1, 2); k > 0; k--) WrapOne(g);
    }

    private static void WrapOne(GraphDraft g)
    {
        int first = g.Draw.Between(0, g.Graph.Node.Count - 1), last = g.Draw.Between(first, Math.Min(first + 8, g.Graph.Node.Count - 1));
        NodeProto[] body = [.. g.Graph.Node.Skip(first).Take(last - first + 1)];
        NodeProto[] others = [.. g.Graph.Node.Except(body)];
        string[] made = [.. body.SelectMany(node => node.Output)];
        HashSet<string> read = [.. others.SelectMany(node => node.Input), .. g.Graph.Output.Select(output => output.Name)];
        string[] inputs = [.. body.SelectMany(node => node.Input).Where(name => name.Length > 0).Distinct().Except(made)];
        string[] outputs = [.. made.Where(read.Contains)];
        if (outputs.Length == 0) return;

        var function = new FunctionProto { Name = g.Name("Block"), Domain = Domain, Output = { outputs } };
        if (g.Model.OpsetImport.All(import => import.Domain != Domain))
            g.Model.OpsetImport.Add(new OperatorSetIdProto { Domain = Domain, Version = 1 });
        function.OpsetImport.Add(g.Model.OpsetImport);
        var call = new NodeProto { OpType = function.Name, Domain = Domain, Name = g.Name("call") };
        call.Input.Add(inputs);
        call.Output.Add(outputs);
        foreach (NodeProto node in body) function.Node.Add(node.Clone());
        RenameInputs(function, inputs);
        PassAlpha(g, function, call);
        g.Model.Functions.Add(function);
        Replace(g.Graph, first, body.Length, call);
    }

    /// <summary>The function has its own names. Some are names of other values outside.</summary>
    private static void RenameInputs(FunctionProto function, string[] inputs)
    {
        Dictionary<string, string> names = new() { [""] = "" };
        foreach (string input in inputs) names[input] = $"v{names.Count}";
        foreach (string output in function.Output) names[output] = $"out{names.Count}";
        foreach (NodeProto node in function.Node)
        {
            foreach (string output in node.Output) names.TryAdd(output, $"c{names.Count}");
        }

        foreach (NodeProto node in function.Node)
        {
            for (int k = 0; k < node.Input.Count; k++) node.Input[k] = names[node.Input[k]];
            for (int k = 0; k < node.Output.Count; k++) node.Output[k] = names[node.Output[k]];
        }

        function.Input.Add(inputs.Select(input => names[input]));
        for (int k = 0; k < function.Output.Count; k++) function.Output[k] = names[function.Output[k]];
    }

    /// <summary>One alpha in the function becomes an attribute of the call.</summary>
    private static void PassAlpha(GraphDraft g, FunctionProto function, NodeProto call)
    {
        AttributeProto? alpha = function.Node.SelectMany(node => node.Attribute).FirstOrDefault(attribute => attribute.Name == "alpha");
        if (alpha == null || alpha.RefAttrName.Length > 0 || g.Draw.Chance(0.3)) return;

        function.Attribute.Add("slope");
        call.Attribute.Add(GraphDraft.Attribute("slope", alpha.F));
        alpha.ClearF();
        alpha.RefAttrName = "slope";
    }

    private static void Replace(GraphProto graph, int first, int count, NodeProto call)
    {
        for (int k = 0; k < count; k++) graph.Node.RemoveAt(first);
        graph.Node.Insert(first, call);
    }
}
