using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using FastNN.Onnx;
using Xunit;

namespace FastNN.Tests.House;

/// <summary>No call leaves a trace that another one on another thread could see: nothing static changes once it is initialised.</summary>
public class StaticStateTests
{
    private const BindingFlags Statics = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Written while their classes are initialised alone, as their comments say.</summary>
    private static readonly string[] s_initialised = ["FastNN.Activation.s_all", "FastNN.Cost.s_all"];

    /// <summary>
    /// Those of the two libraries that people have written: no lambdas kept by the compiler, nothing generated from ONNX's schema.
    /// </summary>
    private static IEnumerable<FieldInfo> Fields =>
        from assembly in (Assembly[])[typeof(Network).Assembly, typeof(OnnxModel).Assembly]
        from type in assembly.GetTypes()
        where type.Namespace != "FastNN.Onnx.Schema"
        where !type.IsDefined(typeof(CompilerGeneratedAttribute)) && !type.FullName!.Contains('<')
        from one in type.GetFields(Statics)
        where !one.IsLiteral && !s_initialised.Contains($"{type}.{one.Name}")
        select one;

    [Fact]
    public void Static_fields_are_read_only_or_the_threads_own() =>
        Assert.Empty(Fields.Where(field => !field.IsInitOnly && !field.IsDefined(typeof(ThreadStaticAttribute))).Select(NameOf));

    [Fact]
    public void Static_fields_hold_no_collection_that_can_change()
    {
        FieldInfo[] fields = [.. Fields.Where(field => field.IsInitOnly && !field.DeclaringType!.ContainsGenericParameters)];
        Assert.True(fields.Length > 20);
        Assert.Empty(fields.Where(field => CanChange(field.GetValue(null))).Select(NameOf));
    }

    private static bool CanChange(object? value) =>
        value is Array or IList { IsReadOnly: false } or IDictionary { IsReadOnly: false } or StringBuilder
        || value?.GetType().Namespace is "System.Collections.Generic" or "System.Collections.Concurrent";

    private static string NameOf(FieldInfo field) => $"{field.DeclaringType}.{field.Name}";
}
