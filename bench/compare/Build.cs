using System.Reflection;
using System.Runtime.Loader;

namespace FastNN.Bench.Compare;

/// <summary>
/// A FastNN.dll in a context of its own, so that two fit into one process. Public types are found by their simple names, in any namespace.
/// </summary>
internal sealed class Build
{
    private readonly Dictionary<string, Type> _types;

    /// <summary>Loads the file. The context is not collectible: code in one that is reaches static fields in another way.</summary>
    internal Build(string file)
    {
        Assembly = new AssemblyLoadContext(file).LoadFromAssemblyPath(Path.GetFullPath(file));
        _types = Assembly.GetExportedTypes().ToDictionary(type => type.Name);
        Variants = [.. Enum.GetNames(TypeOf("KernelVariant")).Where(name => name != "Auto" && IsSupported(name))];
    }

    internal Assembly Assembly { get; }

    /// <summary>The variants that this processor runs.</summary>
    internal IReadOnlyList<string> Variants { get; }

    internal Type TypeOf(string name) => _types[name];

    /// <summary>
    /// A member of an enumeration, or the static property of a class by that name: <c>Cost</c> was the one and became the other.
    /// </summary>
    internal object Named(string type, string name)
    {
        Type found = TypeOf(type);
        return found.IsEnum
            ? Enum.Parse(found, name)
            : found.GetProperty(name, BindingFlags.Public | BindingFlags.Static)?.GetValue(null)
                ?? throw new MissingMemberException(type, name);
    }

    /// <summary>A network whose sums stay where no activation is flat or subnormal, however wide it is.</summary>
    internal object CreateNetwork(int[] widths, string hidden, string output, string variant)
    {
        ConstructorInfo constructor = TypeOf("Network").GetConstructors().Single(candidate =>
            candidate.GetParameters() is [_, { Name: "hidden" }, ..]);
        return Binding.Create<Func<int[], object>>(
            constructor, null, ("hidden", Named("Activation", hidden)), ("output", Named("Activation", output)), ("seed", 1),
            ("initializer", Named("Initializer", "LeCun")), ("kernels", Named("KernelVariant", variant)))(widths);
    }

    /// <summary>An optimizer of the settings that a cell names, all others as they are by default.</summary>
    internal object CreateOptimizer(string name, float learningRate, params (string Property, float Value)[] settings)
    {
        ConstructorInfo constructor = TypeOf(name).GetConstructors().Single();
        object optimizer = Binding.Create<Func<float, object>>(constructor, null)(learningRate);
        foreach ((string property, float value) in settings) optimizer.GetType().GetProperty(property)!.SetValue(optimizer, value);
        return optimizer;
    }

    internal object CreateTrainer(object network, object optimizer, string cost)
    {
        ConstructorInfo constructor = TypeOf("Trainer").GetConstructors().Single();
        return Binding.Create<Func<object>>(
            constructor, null, ("network", network), ("optimizer", optimizer), ("cost", Named("Cost", cost)))();
    }

    /// <summary>A method of the object's, or of the static class by that name, as a delegate: arrays stand for spans.</summary>
    internal static T Method<T>(object target, string name, params (string Parameter, object? Value)[] given)
        where T : Delegate
    {
        Type type = target as Type ?? target.GetType();
        MethodInfo method = type.GetMethods().Single(candidate => candidate.Name == name && !candidate.IsGenericMethod);
        return Binding.Create<T>(method, target as Type is null ? target : null, given);
    }

    /// <summary>Whether a network of that variant can be created; a build refuses what its processor lacks.</summary>
    private bool IsSupported(string variant)
    {
        try
        {
            CreateNetwork([1, 1], "Identity", "Identity", variant);
            return true;
        }
        catch (PlatformNotSupportedException)
        {
            return false;
        }
    }
}
