using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace FastNN.Onnx;

/// <summary>
/// A walk through a file of protocol buffers (https://protobuf.dev/programming-guides/encoding) before it is parsed: books the memory that the parser will
/// take for each part, which for parts of two bytes is a hundred times their size, and finds what is cut off.
/// </summary>
internal readonly ref struct WireSurvey
{
    /// <summary>
    /// Bytes, as .NET lays out objects: one with its header; a field of it; a list; a place in a list, as the list grows; a list's first array; what a number in
    /// one takes, as the list grows by doubling.
    /// </summary>
    private const int Object = 32, Field = 8, List = 40, Place = 32, FirstArray = 96, Number = 32, Buffer = 64;
    private readonly ReadOnlySpan<byte> _data;
    private readonly MemoryBudget _budget;

    private WireSurvey(ReadOnlySpan<byte> data, MemoryBudget budget)
    {
        _data = data;
        _budget = budget;
    }

    /// <exception cref="ModelFormatException">The bytes are no message, or would take more memory than the budget has.</exception>
    internal static void Book(ReadOnlySpan<byte> data, MessageDescriptor message, MemoryBudget budget) =>
        new WireSurvey(data, budget).Visit(message, 0, data.Length);

    private void Visit(MessageDescriptor message, int position, int end)
    {
        Book(SizeOf(message));
        uint numbersBefore = 0; // a bit for each list of numbers that has some already
        while (position < end)
        {
            int start = position;
            ulong tag = Varint(ref position, end);
            if (tag >> 3 is 0 or > int.MaxValue >> 2) throw Cut(start);
            FieldDescriptor? field = message.FindFieldByNumber((int)(tag >> 3));
            switch ((WireFormat.WireType)(tag & 7))
            {
                case WireFormat.WireType.Varint:
                    Varint(ref position, end);
                    if (field is { IsRepeated: true }) Book(FirstArray + Number);
                    break;
                case WireFormat.WireType.Fixed64:
                    position = Skip(position, sizeof(ulong), end);
                    if (field is { IsRepeated: true }) Book(FirstArray + Number);
                    break;
                case WireFormat.WireType.Fixed32:
                    position = Skip(position, sizeof(uint), end);
                    if (field is { IsRepeated: true }) Book(FirstArray + Number);
                    break;
                case WireFormat.WireType.LengthDelimited:
                    ulong length = Varint(ref position, end);
                    int next = Skip(position, length, end);
                    if (field != null) VisitPart(field, position, next, ref numbersBefore);
                    position = next;
                    break;
                default:
                    throw Fault.Of($"Byte {start}", "a group or an unknown type of field, which a model does not have");
            }
        }
    }

    private void VisitPart(FieldDescriptor field, int start, int end, ref uint numbersBefore)
    {
        int length = end - start;
        switch (field.FieldType)
        {
            case FieldType.Message:
                Visit(field.MessageType, start, end);
                break;
            case FieldType.String:
                Book(Object + sizeof(char) * (long)length);
                break;
            case FieldType.Bytes:
                Book(Buffer + (long)length);
                break;
            case FieldType.Float or FieldType.Double:
                int size = field.FieldType == FieldType.Float ? sizeof(float) : sizeof(double);
                uint bit = 1u << field.FieldNumber;
                bool once = (numbersBefore & bit) == 0 && length % size == 0; // the list is made as long as it must be, at once
                numbersBefore |= bit;
                Book(FirstArray + (once ? length : 4L * length));
                break;
            default:
                Book(FirstArray + (long)Number * length);
                break;
        }

        if (field.IsRepeated) Book(FirstArray + Place);
    }

    private static int SizeOf(MessageDescriptor message)
    {
        int size = Object;
        IList<FieldDescriptor> fields = message.Fields.InDeclarationOrder();
        for (int k = 0; k < fields.Count; k++) size += fields[k].IsRepeated ? List + Field : Field;
        return size;
    }

    private void Book(long bytes) => _budget.Book(bytes, "to parse its parts");

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

        throw Fault.Of($"Byte {position - 1}", "a number of more than ten bytes, which a model does not have");
    }

    private static int Skip(int position, ulong length, int end) => length <= (ulong)(end - position) ? position + (int)length : throw Cut(position);

    private static ModelFormatException Cut(int position) =>
        Fault.Of($"Byte {position}", "no field of a message, or one that is cut off; it is no ONNX model, or not all of it");
}
