using System.Linq.Expressions;
using System.Reflection;

namespace FastNN.Bench.Compare;

/// <summary>Methods of an assembly that is known only at run time, as delegates of types that are known here.</summary>
internal static class Binding
{
    /// <summary>
    /// A delegate whose parameters are those of the method in their order, without those that are given here by name and the last ones that
    /// it lacks, which have their defaults. An array stands for a span. Compiled, since reflection passes no spans.
    /// </summary>
    internal static T Create<T>(MethodBase method, object? target, params (string Parameter, object? Value)[] given)
        where T : Delegate
    {
        MethodInfo shape = typeof(T).GetMethod("Invoke")!;
        ParameterExpression[] parameters = [.. shape.GetParameters().Select(parameter => Expression.Parameter(parameter.ParameterType))];
        var free = new Queue<ParameterExpression>(parameters);
        Expression[] arguments = [.. method.GetParameters().Select(Argument)];
        Expression call = method is ConstructorInfo constructor
            ? Expression.New(constructor, arguments)
            : Expression.Call(target is null ? null : Expression.Constant(target), (MethodInfo)method, arguments);
        if (call.Type != shape.ReturnType && shape.ReturnType != typeof(void)) call = Expression.Convert(call, shape.ReturnType);
        return Expression.Lambda<T>(call, parameters).Compile();

        Expression Argument(ParameterInfo parameter)
        {
            foreach ((string name, object? value) in given)
            {
                if (name == parameter.Name) return Expression.Constant(value, parameter.ParameterType);
            }

            if (free.TryDequeue(out ParameterExpression? passed))
                return passed.Type == parameter.ParameterType ? passed : Expression.Convert(passed, parameter.ParameterType);
            return parameter is { HasDefaultValue: true, DefaultValue: { } value1 }
                ? Expression.Convert(Expression.Constant(value1), parameter.ParameterType)
                : Expression.Default(parameter.ParameterType);
        }
    }
}
