using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace FastNN.Simd;

/// <summary>What the processor itself says that it has, whatever the compiler of this process makes of it; nothing where it cannot be asked.</summary>
internal static class Processor
{
    private const uint HighestExtendedLeaf = 0x80000000, BrandLeaf = 0x80000002, BrandLeaves = 3, AmdCacheLeaf = 0x8000001D;

    /// <summary>Whether it is an x86 or x64 processor, and .NET's intrinsics for it are not switched off.</summary>
    internal static bool CanBeAsked => X86Base.IsSupported;

    /// <summary>AVX2 with FMA.</summary>
    internal static bool HasAvx2 => CanBeAsked && Bit(Leaf(1).Ecx, 12) && HighestLeaf >= 7 && Bit(Leaf(7).Ebx, 5);

    /// <summary>AVX-512 F, DQ, CD, BW and VL, as x86-64-v4 has them.</summary>
    internal static bool HasAvx512
    {
        get
        {
            if (!HasAvx2) return false;

            int features = Leaf(7).Ebx;
            return Bit(features, 16) && Bit(features, 17) && Bit(features, 28) && Bit(features, 30) && Bit(features, 31);
        }
    }

    /// <summary>Its name, with family and model, because a virtual machine often names too little.</summary>
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

    /// <summary>Bytes of one core's cache for data, level 1 or 2; 0 where that is not to be had.</summary>
    internal static int CacheSize(int level) => CanBeAsked ? CacheSizeByCpuId(level) : CacheSizeByLinux(level);

    /// <summary>Intel's leaf 4, or AMD's of the same form: one cache for each number, until there are no more.</summary>
    private static int CacheSizeByCpuId(int level)
    {
        uint leaf = HighestLeaf >= 4 && IsCache(Leaf(4)) ? 4 : AmdCacheLeaf;
        if (leaf == AmdCacheLeaf && (uint)Leaf(HighestExtendedLeaf).Eax < AmdCacheLeaf) return 0;

        (int Eax, int Ebx, int Ecx, int Edx) cache;
        for (int number = 0; IsCache(cache = X86Base.CpuId((int)leaf, number)); number++)
        {
            const int instructions = 2;
            if ((cache.Eax & 0x1F) == instructions || (cache.Eax >> 5 & 7) != level) continue;

            int ways = (cache.Ebx >> 22 & 0x3FF) + 1, partitions = (cache.Ebx >> 12 & 0x3FF) + 1, line = (cache.Ebx & 0xFFF) + 1;
            return ways * partitions * line * (cache.Ecx + 1);
        }

        return 0;

        static bool IsCache((int Eax, int Ebx, int Ecx, int Edx) leaf) => (leaf.Eax & 0x1F) != 0;
    }

    /// <summary>Linux writes what any processor has as text files, such as "64K".</summary>
    private static int CacheSizeByLinux(int level)
    {
        if (!OperatingSystem.IsLinux()) return 0;

        try
        {
            foreach (string cache in Directory.GetDirectories("/sys/devices/system/cpu/cpu0/cache", "index*"))
            {
                string Of(string name) => File.ReadAllText(Path.Combine(cache, name)).Trim();
                if (Of("level") != $"{level}" || Of("type") == "Instruction") continue;

                string size = Of("size");
                int unit = size.EndsWith('K') ? 1024 : size.EndsWith('M') ? 1024 * 1024 : 1;
                return int.TryParse(size.TrimEnd('K', 'M'), out int number) ? number * unit : 0;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Some systems hide the folder. Then the size is not to be had.
        }

        return 0;
    }

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
