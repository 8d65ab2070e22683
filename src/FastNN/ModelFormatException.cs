namespace FastNN;

/// <summary>
/// A file or stream does not hold a network. It is damaged, contradicts itself, or holds something that this library does not support. The
/// message says where and why. Nothing was created or changed.
/// </summary>
public sealed class ModelFormatException : FormatException
{
    /// <summary>Creates the exception with a general message.</summary>
    public ModelFormatException()
        : this("The data does not hold a network.")
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    /// <param name="message">What is wrong, and where in the data.</param>
    public ModelFormatException(string? message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the exception that caused it.</summary>
    /// <param name="message">What is wrong, and where in the data.</param>
    /// <param name="innerException">The exception that caused it, or null.</param>
    public ModelFormatException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
