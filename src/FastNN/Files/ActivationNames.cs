using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FastNN.Files;

/// <summary>The names of activations in files: those of properties, or those of methods with arguments, as in "Clip(0, 6)".</summary>
internal static class ActivationNames
{
    private static readonly ImmutableArray<(string Method, int Arguments, Func<float[], Activation> Create)> s_methods =
    [
        (nameof(Activation.Clip), 2, arguments => Activation.Clip(arguments[0], arguments[1])),
        (nameof(Activation.EluWithAlpha), 1, arguments => Activation.EluWithAlpha(arguments[0])),
        (nameof(Activation.HardSigmoidWith), 2, arguments => Activation.HardSigmoidWith(arguments[0], arguments[1])),
        (nameof(Activation.LeakyReluWithSlope), 1, arguments => Activation.LeakyReluWithSlope(arguments[0])),
    ];

    /// <summary>The names that are read, as text.</summary>
    internal static string Known { get; } =
        string.Join(", ", [.. Activation.All.Select(activation => activation.Name), .. s_methods.Select(row => $"{row.Method}(…)")]);

    /// <summary>Splits a list of names at its commas, except those between parentheses.</summary>
    internal static List<Range> Split(ReadOnlySpan<char> list)
    {
        var names = new List<Range>();
        int from = 0;
        bool isInside = false;
        for (int k = 0; k < list.Length; k++)
        {
            if (list[k] is '(' or ')') isInside = list[k] == '(';
            if (list[k] != ',' || isInside) continue;

            names.Add(from..k);
            from = k + 1;
        }

        names.Add(from..list.Length);
        return names;
    }

    internal static bool TryParse(ReadOnlySpan<char> name, [NotNullWhen(true)] out Activation? activation)
    {
        activation = null;
        foreach (Activation known in Activation.All)
        {
            if (name.SequenceEqual(known.Name)) activation = known;
        }

        activation ??= WithArguments(name);
        return activation is not null;
    }

    /// <summary>Null if there is no such method, or it does not take such arguments.</summary>
    private static Activation? WithArguments(ReadOnlySpan<char> name)
    {
        int open = name.IndexOf('(');
        if (open < 0 || name[^1] != ')') return null;

        foreach ((string method, int count, Func<float[], Activation> create) in s_methods)
        {
            if (name[..open].SequenceEqual(method)) return Create(name[(open + 1)..^1], count, create);
        }

        return null;
    }

    private static Activation? Create(ReadOnlySpan<char> texts, int count, Func<float[], Activation> create)
    {
        const string between = ", ";
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (texts.Count(between) != count - 1) return null;

        float[] arguments = new float[count];
        int k = 0;
        foreach (Range text in texts.Split(between))
        {
            ReadOnlySpan<char> number = texts[text]; // TryParse would leave out zeros at its end
            if (number.Contains('\0') || !float.TryParse(number, style, CultureInfo.InvariantCulture, out arguments[k++])) return null;
        }

        try
        {
            return create(arguments);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
