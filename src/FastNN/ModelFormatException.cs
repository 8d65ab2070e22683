namespace FastNN;

/// <summary>
/// A file or stream does not hold a network: it is damaged, contradicts itself, or holds what the library does not do. The message says where in it
/// and why. Nothing was created or changed.
/// </summary>
public sealed class ModelFormatException : FormatException
{
    /// <summary>Creates the exception with a general message.</summary>
    public ModelFormatException()
        : this("The data does not hold a network.")
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    /// <param name="message">Where in the data what is wrong.</param>
    public ModelFormatException(string? message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the exception that led to it.</summary>
    /// <param name="message">Where in the data what is wrong.</param>
    /// <param name="innerException">The exception that led to it, or null.</param>
    public ModelFormatException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
