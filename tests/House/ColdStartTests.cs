using System.Reflection;
using System.Runtime.CompilerServices;
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
}
