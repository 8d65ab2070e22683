namespace FastNN.Onnx;

/// <summary>What a value depends on, in an order in which it can be computed.</summary>
internal static class OnnxOrder
{
    /// <summary>The bytes of memory for an operation.</summary>
    private const int PlaceBytes = 64;

    /// <summary>All operations that a value depends on and that have not been traced yet.</summary>
    /// <param name="value">The value.</param>
    /// <param name="round">Greater than that of all searches before, from 1 on.</param>
    /// <param name="budget">The memory is booked here.</param>
    /// <exception cref="ModelFormatException">An operation depends on itself.</exception>
    internal static List<OnnxOperation> Of(OnnxValue value, int round, OnnxMemoryBudget budget)
    {
        (int entered, int left) = (2 * round, 2 * round + 1);
        List<OnnxOperation> order = [];
        List<(OnnxOperation Operation, int Next)> path = [];
        Enter(value);
        while (path.Count > 0)
        {
            (OnnxOperation operation, int next) = path[^1];
            if (next == operation.Inputs.Length)
            {
                operation.Mark = left;
                order.Add(operation);
                path.RemoveAt(path.Count - 1);
                continue;
            }

            path[^1] = (operation, next + 1);
            Enter(operation.Inputs[next]);
        }

        return order;

        void Enter(OnnxValue? input)
        {
            if (input?.Producer is not { IsTraced: false } producer || producer.Mark == left) return;
            if (producer.Mark == entered) throw producer.Fault("it depends on its own output");
            producer.Mark = entered;
            budget.Book(PlaceBytes, "nodes for its size, several for each layer");
            path.Add((producer, 0));
        }
    }
}
