using System.Globalization;

namespace FastNN.Bench.Peers;

/// <summary>
/// A problem's network in FANN's file format, the only way to set many weights: fann_set_weight searches all connections for each, and so
/// does fann_set_weight_array.
/// </summary>
internal static class FannFile
{
    private const int Incremental = 0, Batch = 1;

    /// <summary>
    /// Three settings differ from FANN's defaults. The error function is 0: its derivative is the difference itself. (The default, 1,
    /// exaggerates the difference by atanh.) There is no momentum. The training does not use RPROP.
    /// </summary>
    internal static void Write(Problem problem, TextWriter file)
    {
        file.Write(Header(problem));
        WriteNeurons(problem, file);
        WriteConnections(problem, file);
    }

    private static string Header(Problem problem)
    {
        return string.Create(CultureInfo.InvariantCulture, $"""
            FANN_FLO_2.1
            num_layers={problem.Widths.Length}
            learning_rate=0.7
            connection_rate=1
            network_type=0
            learning_momentum=0
            training_algorithm={(problem.Batch == 1 ? Incremental : Batch)}
            train_error_function=0
            train_stop_function=0
            cascade_output_change_fraction=0.01
            quickprop_decay=-0.0001
            quickprop_mu=1.75
            rprop_increase_factor=1.2
            rprop_decrease_factor=0.5
            rprop_delta_min=0
            rprop_delta_max=50
            rprop_delta_zero=0.1
            cascade_output_stagnation_epochs=12
            cascade_candidate_change_fraction=0.01
            cascade_candidate_stagnation_epochs=12
            cascade_max_out_epochs=150
            cascade_min_out_epochs=50
            cascade_max_cand_epochs=150
            cascade_min_cand_epochs=50
            cascade_num_candidate_groups=2
            bit_fail_limit=0.35
            cascade_candidate_limit=1000
            cascade_weight_multiplier=0.4
            cascade_activation_functions_count=1
            cascade_activation_functions=3 
            cascade_activation_steepnesses_count=1
            cascade_activation_steepnesses=0.5 
            layer_sizes={string.Join(' ', problem.Widths.Select(width => width + 1))} 
            scale_included=0

            """);
    }

    /// <summary>Inputs and the neurons for the biases, the last of each layer, have neither connections nor a function.</summary>
    private static void WriteNeurons(Problem problem, TextWriter file)
    {
        file.Write("neurons (num_inputs, activation_function, activation_steepness)=");
        for (int k = 0; k <= problem.Widths[0]; k++) file.Write("(0, 0, 0) ");
        for (int l = 0; l < problem.Layers.Length; l++)
        {
            Dense layer = problem.Layers[l];
            Activation f = problem.ActivationOf(l);
            string function = ActivationForms.Required(ActivationForms.Of(f).Fann, f);
            for (int i = 0; i < layer.Outputs; i++) file.Write($"({layer.Inputs + 1}, {function}) ");
            file.Write("(0, 0, 0) ");
        }

        file.Write('\n');
    }

    /// <summary>For each neuron the weights of its inputs, then its bias; nine digits say which float it is.</summary>
    private static void WriteConnections(Problem problem, TextWriter file)
    {
        file.Write("connections (connected_to_neuron, weight)=");
        int first = 0;
        foreach (Dense layer in problem.Layers)
        {
            for (int i = 0; i < layer.Outputs; i++)
            {
                for (int j = 0; j <= layer.Inputs; j++)
                {
                    float weight = problem.Parameters[layer.Weights + j * layer.Outputs + i];
                    file.Write(string.Create(CultureInfo.InvariantCulture, $"({first + j}, {weight:G9}) "));
                }
            }

            first += layer.Inputs + 1;
        }

        file.Write('\n');
    }
}
