using System.Reflection;
using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>The page on the contract has the constants of the code, and values that the library computes.</summary>
public class ContractTests
{
    private const BindingFlags Statics = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Page s_page = Page.All.Single(page => page.Path == "src/docs/contract.md");

    private delegate ReadOnlySpan<int> Table();

    private static string[] Lines => [.. s_page.Code("check").SelectMany(block => block.Code.Split('\n'))];

    private static IEnumerable<Type> Types => typeof(Network).Assembly.GetTypes().Where(type => !type.IsGenericType);

    [Theory]
    [MemberData(nameof(Cases.Variants), MemberType = typeof(Cases))]
    public void The_check_values_are_those_of_the_library(KernelVariant variant)
    {
        string[] expected = [.. CheckValues.Lines(variant)], lines = Lines;
        string? wrong = lines.Except(expected).FirstOrDefault(), missing = expected.Except(lines).FirstOrDefault();
        Assert.True(lines.SequenceEqual(expected), $"The page says\n{wrong}\nbut the library gives\n{missing}");
    }

    [Fact]
    public void Every_function_and_every_rule_has_a_check_value()
    {
        string[] names =
        [
            .. Activation.All.Select(f => f.Name), .. Cost.All.Select(cost => cost.Name),
            .. Types.Where(type => type.IsSubclassOf(typeof(Optimizer)) && !type.IsAbstract).Select(type => type.Name),
            .. from method in typeof(LearningRateSchedule).GetMethods(BindingFlags.Static | BindingFlags.Public)
               where method.ReturnType == typeof(LearningRateSchedule) && method is { IsSpecialName: false, Name: not "From" }
               select method.Name,
            .. Cases.PropertiesOf<Initializer>().Where(name => name != nameof(Initializer.Article)),
        ];
        Assert.True(names.Length > 20);
        Assert.Empty(from name in names where !Lines.Any(line => line.Contains(name)) select name);
    }

    /// <summary>Whole numbers, halves and powers of two stand in the formulas. All other constants stand there as bits.</summary>
    [Fact]
    public void The_page_has_the_bits_of_every_constant()
    {
        (string Name, float Value)[] constants =
        [
            .. from type in Types
               from field in type.GetFields(Statics)
               where field.IsLiteral && field.FieldType == typeof(float)
               let value = (float)field.GetRawConstantValue()!
               where 2 * value % 1 != 0 && !float.IsPow2(value)
               select ($"{type.Name}.{field.Name}", value),
        ];
        Assert.True(constants.Length > 12);
        Assert.Empty(
            from constant in constants
            where !s_page.Text.Contains($"{BitConverter.SingleToUInt32Bits(constant.Value):X8}")
            select constant);
    }

    [Fact]
    public void The_page_has_the_bits_of_every_table()
    {
        string words = string.Join(' ', s_page.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        (string Name, string Bits)[] tables =
        [
            .. from type in Types
               from property in type.GetProperties(Statics)
               where property.PropertyType == typeof(ReadOnlySpan<int>)
               let table = property.GetMethod!.CreateDelegate<Table>()().ToArray()
               select ($"{type.Name}.{property.Name}", string.Join(' ', table.Select(bits => $"{bits:X8}"))),
        ];
        Assert.True(tables.Length > 12);
        Assert.Empty(from table in tables where !words.Contains($"= {table.Bits} ") select table);
    }
}
