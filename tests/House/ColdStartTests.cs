using System.Reflection;
using System.Runtime.CompilerServices;
using FastNN.Contract;
using Xunit;

namespace FastNN.Tests.House;

/// <summary>
/// The first call runs optimized code. .NET would first compile methods without optimization, and again some tenths of a second later. So
/// each method of the kernels says that it is optimized at once, or that it goes into its caller. What the passes and the adapters do for
/// each call says it too. Here the kernels are checked, because a new kernel is the likeliest to forget it.
/// </summary>
public class ColdStartTests
{
    private const BindingFlags Declared =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private const MethodImplAttributes Wanted = MethodImplAttributes.AggressiveOptimization | MethodImplAttributes.AggressiveInlining;

    [Fact]
    public void Every_method_of_a_kernel_is_optimized_at_once_or_inlined()
    {
        MethodInfo[] methods =
        [
            .. from type in typeof(Network).Assembly.GetTypes()
               where type.Namespace is "FastNN.Sample" or "FastNN.Batch" or "FastNN.Spans"
               where !type.IsInterface && !type.IsDefined(typeof(CompilerGeneratedAttribute))
               from method in type.GetMethods(Declared)
               where !method.IsSpecialName && !method.IsAbstract && !method.IsDefined(typeof(CompilerGeneratedAttribute))
               select method,
        ];
        Assert.True(methods.Length > 60);
        Assert.Empty(from method in methods
                     where (method.MethodImplementationFlags & Wanted) == 0
                     select $"{method.DeclaringType}.{method.Name}");
    }

    /// <summary>
    /// A formula for vectors goes into the kernel that uses it. The JIT does not always choose so by itself. When it called the slope of
    /// ReLU, the kernel kept sums in memory, from the call back into a loop.
    /// </summary>
    [Fact]
    public void Every_formula_for_vectors_is_inlined()
    {
        Type[] contracts = [typeof(IActivation), typeof(ICost), typeof(IUpdateRule), typeof(IGradientAction)];
        MethodInfo[] formulas =
        [
            .. from type in typeof(Network).Assembly.GetTypes()
               where type.IsValueType && contracts.Any(contract => contract.IsAssignableFrom(type))
               from method in type.GetMethods(Declared)
               where method.IsGenericMethodDefinition && method.IsPublic // the compiler adds private ones that only call these
               select method,
        ];
        Assert.True(formulas.Length > 30, $"{formulas.Length} formulas");
        Assert.Empty(from method in formulas
                     where (method.MethodImplementationFlags & MethodImplAttributes.AggressiveInlining) == 0
                     select $"{method.DeclaringType}.{method.Name}");
    }
}
