namespace FastNN.Contract;

/// <summary>
/// How the parameters of an ensemble lie in memory. Sixteen members make a block, and their numbers alternate. A member has P parameters.
/// Parameter p of member m is at <c>(m / 16·P + p)·16 + m mod 16</c>. So the lanes of a vector are members. The last
/// block has members that do not exist. Their parameters are 0.
/// </summary>
internal static class MemberBlocks
{
    /// <summary>Members in a block.</summary>
    internal const int Members = 16;

    /// <summary>Blocks for so many members, at least 1.</summary>
    internal static int Of(int count) => (count - 1) / Members + 1;

    /// <summary>Where the first parameter of a member is. The next ones follow, each <see cref="Members"/> floats further.</summary>
    internal static nint PlaceOf(int member, int parameters) =>
        (nint)(member / Members) * parameters * Members + member % Members;
}
