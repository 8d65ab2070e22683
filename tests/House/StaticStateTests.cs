using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using FastNN.Onnx;
using Xunit;

namespace FastNN.Tests.House;

/// <summary>
/// No call leaves a trace that a call on another thread could see. Static fields do not change after their initialisation.
/// </summary>
public class StaticStateTests
{
    private const BindingFlags Statics = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>These are written only while their classes are initialised. Their comments say so.</summary>
    private static readonly string[] s_initialised = ["FastNN.Activation.s_all", "FastNN.Cost.s_all"];

    /// <summary>
    /// The static fields that people have written in the two libraries. Lambdas that the compiler keeps do not count, nor does what is
    /// generated from ONNX's schema.
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
