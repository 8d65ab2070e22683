using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace FastNN.Onnx;

/// <summary>
/// A pass over a file of protocol buffers (https://protobuf.dev/programming-guides/encoding) before it is parsed. It books the memory that
/// the parser will take for each part. For a part of two bytes this can be a hundred times its size. It also finds parts that are cut off.
/// </summary>
internal readonly ref struct OnnxWireSurvey
{
    /// <summary>
    /// Sizes in bytes, as .NET lays out objects: an object with its header; a field; a list; the first array of a list, for eight elements;
    /// a further place in a list, or a number in a packed list, because both grow by doubling; an array of bytes with its object; a string.
    /// </summary>
    private const int Object = 24, Field = 8, List = 32, FirstArray = 88, InFirstArray = 8, Place = 32, Buffer = 64, Text = 32;
    private const int MostFields = 32;
    private readonly ReadOnlySpan<byte> _data;
    private readonly OnnxMemoryBudget _budget;

    private OnnxWireSurvey(ReadOnlySpan<byte> data, OnnxMemoryBudget budget)
    {
        _data = data;
        _budget = budget;
    }

    /// <exception cref="ModelFormatException">The bytes are no message, or would take more memory than the budget has left.</exception>
    internal static void Book(ReadOnlySpan<byte> data, MessageDescriptor message, OnnxMemoryBudget budget) =>
        new OnnxWireSurvey(data, budget).Visit(message, 0, data.Length);

    private void Visit(MessageDescriptor message, int position, int end)
    {
        Book(SizeOf(message));
        Span<int> counts = stackalloc int[MostFields]; // the number of elements of each list, by field number
        counts.Clear();
        while (position < end)
        {
            int start = position;
            ulong tag = Varint(ref position, end);
            if (tag >> 3 is 0 or > int.MaxValue >> 2) throw Cut(start);
            FieldDescriptor? field = message.FindFieldByNumber((int)(tag >> 3));
            if (field is { IsRepeated: true } && ++counts[field.FieldNumber] is var count)
                Book(count == 1 ? FirstArray : count <= InFirstArray ? 0 : Place);

            switch ((WireFormat.WireType)(tag & 7))
            {
                case WireFormat.WireType.Varint:
                    Varint(ref position, end);
                    break;
                case WireFormat.WireType.Fixed64:
                    position = Skip(position, sizeof(ulong), end);
                    break;
                case WireFormat.WireType.Fixed32:
                    position = Skip(position, sizeof(uint), end);
                    break;
                case WireFormat.WireType.LengthDelimited:
                    ulong length = Varint(ref position, end);
                    int next = Skip(position, length, end);
                    if (field != null) VisitPart(field, position, next, isFirst: counts[field.FieldNumber] <= 1);
                    position = next;
                    break;
                default:
                    throw OnnxFault.Of($"Byte {start}", "a group or an unknown type of field, which a model does not have");
            }
        }
    }

    private void VisitPart(FieldDescriptor field, int start, int end, bool isFirst)
    {
        long length = end - start;
        switch (field.FieldType)
        {
            case FieldType.Message:
                Visit(field.MessageType, start, end);
                break;
            case FieldType.String:
                Book(Text + sizeof(char) * length);
                break;
            case FieldType.Bytes:
                Book(Buffer + length);
                break;
            case FieldType.Float when isFirst && length % sizeof(float) == 0:
            case FieldType.Double when isFirst && length % sizeof(double) == 0:
                Book(length); // the list gets its final length at once
                break;
            case FieldType.Float or FieldType.Double:
                Book(4 * length);
                break;
            default:
                Book(Place * length);
                break;
        }
    }

    private static int SizeOf(MessageDescriptor message)
    {
        int size = Object;
        IList<FieldDescriptor> fields = message.Fields.InDeclarationOrder();
        for (int k = 0; k < fields.Count; k++) size += fields[k].IsRepeated ? List + Field : Field;
        return size;
    }

    private void Book(long bytes) =>
        _budget.Book(bytes, "parts for its size (nodes, several for each layer, tensors, and their contents)");

    private ulong Varint(ref int position, int end)
    {
        ulong value = 0;
        for (int shift = 0, start = position; shift < 70; shift += 7)
        {
            if (position == end) throw Cut(start);
            byte part = _data[position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw OnnxFault.Of($"Byte {position - 1}", "a number of more than ten bytes, which a model does not have");
    }

    private static int Skip(int position, ulong length, int end) =>
        length <= (ulong)(end - position) ? position + (int)length : throw Cut(position);

    private static ModelFormatException Cut(int position) =>
        OnnxFault.Of($"Byte {position}", "no field of a message, or a field that is cut off; this is no ONNX model, or only a part of one");
}
