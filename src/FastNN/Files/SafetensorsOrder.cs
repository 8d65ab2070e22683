namespace FastNN.Files;

/// <summary>The order of the dimensions of a layer's weights.</summary>
internal enum SafetensorsOrder
{
    /// <summary>The name does not tell it. The shapes of all layers do, or nothing does.</summary>
    Unknown,

    /// <summary>[n_out, n_in], as in PyTorch.</summary>
    OutputsFirst,

    /// <summary>[n_in, n_out], as in Flax, Keras and scikit-learn, and as in memory here.</summary>
    InputsFirst,
}
