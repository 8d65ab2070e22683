using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace FastNN.Hardware;

/// <summary>
/// What the processor says of itself. The compiler of this process may use less. If the processor cannot be asked, all answers are no.
/// </summary>
internal static class Processor
{
    private const uint HighestExtendedLeaf = 0x80000000, BrandLeaf = 0x80000002, BrandLeaves = 3;

    /// <summary>Whether this is an x86 or x64 processor and the intrinsics of .NET are not switched off.</summary>
    internal static bool CanBeAsked => X86Base.IsSupported;

    /// <summary>AVX2 with FMA.</summary>
    internal static bool HasAvx2 => CanBeAsked && Bit(Leaf(1).Ecx, 12) && HighestLeaf >= 7 && Bit(Leaf(7).Ebx, 5);

    /// <summary>AVX-512 F, DQ, CD, BW and VL: the parts that x86-64-v4 has.</summary>
    internal static bool HasAvx512
    {
        get
        {
            if (!HasAvx2) return false;

            int features = Leaf(7).Ebx;
            return Bit(features, 16) && Bit(features, 17) && Bit(features, 28) && Bit(features, 30) && Bit(features, 31);
        }
    }

    /// <summary>The name, with family and model, because a virtual machine often gives too short a name.</summary>
    internal static string Name
    {
        get
        {
            if (!CanBeAsked) return $"{RuntimeInformation.ProcessArchitecture}";

            int version = Leaf(1).Eax, family = version >> 8 & 0xF, model = version >> 4 & 0xF;
            if (family is 6 or 15) model += (version >> 16 & 0xF) << 4;
            if (family == 15) family += version >> 20 & 0xFF;
            return $"{Brand}, family {family}, model {model}";
        }
    }

    /// <summary>The caches of the core that this runs on. They are not known if the processor does not say them.</summary>
    internal static CacheSizes Caches =>
        CanBeAsked ? CpuIdCaches.Read((leaf, number) => X86Base.CpuId((int)leaf, number)) : default;

    private static int HighestLeaf => Leaf(0).Eax;

    private static string Brand
    {
        get
        {
            if ((uint)Leaf(HighestExtendedLeaf).Eax < BrandLeaf + BrandLeaves - 1) return "x86";

            var letters = new (int, int, int, int)[BrandLeaves];
            for (uint leaf = 0; leaf < BrandLeaves; leaf++) letters[leaf] = Leaf(BrandLeaf + leaf);
            return Encoding.ASCII.GetString(MemoryMarshal.AsBytes(letters.AsSpan())).Trim('\0', ' ');
        }
    }

    private static (int Eax, int Ebx, int Ecx, int Edx) Leaf(uint number) => X86Base.CpuId((int)number, 0);

    private static bool Bit(int register, int bit) => (register >> bit & 1) != 0;
}
