using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace FastNN.Simd;

/// <summary>
/// What the processor says of itself. The compiler of this process may use less. If the processor cannot be asked, all answers are no.
/// Linux may still know its caches.
/// </summary>
internal static class Processor
{
    private const uint HighestExtendedLeaf = 0x80000000, BrandLeaf = 0x80000002, BrandLeaves = 3, AmdCacheLeaf = 0x8000001D;

    /// <summary>More than any processor has. A virtual machine may answer without an end.</summary>
    private const int MostCaches = 32;

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

    /// <summary>Bytes of the data cache of one core, level 1 or 2. 0 if that is not known.</summary>
    internal static int CacheSize(int level) => CanBeAsked ? CacheSizeByCpuId(level) : CacheSizeByLinux(level);

    /// <summary>
    /// Leaf 4 of Intel, or the leaf of AMD with the same form. It has one cache for each number, until there are no more.
    /// </summary>
    private static int CacheSizeByCpuId(int level)
    {
        uint leaf = HighestLeaf >= 4 && IsCache(Leaf(4)) ? 4 : AmdCacheLeaf;
        if (leaf == AmdCacheLeaf && (uint)Leaf(HighestExtendedLeaf).Eax < AmdCacheLeaf) return 0;

        (int Eax, int Ebx, int Ecx, int Edx) cache;
        for (int number = 0; number < MostCaches && IsCache(cache = X86Base.CpuId((int)leaf, number)); number++)
        {
            const int instructions = 2;
            if ((cache.Eax & 0x1F) == instructions || (cache.Eax >> 5 & 7) != level) continue;

            long ways = (cache.Ebx >> 22 & 0x3FF) + 1, partitions = (cache.Ebx >> 12 & 0x3FF) + 1, line = (cache.Ebx & 0xFFF) + 1;
            return Clamped(ways * partitions * line * ((uint)cache.Ecx + 1L));
        }

        return 0;

        static bool IsCache((int Eax, int Ebx, int Ecx, int Edx) leaf) => (leaf.Eax & 0x1F) != 0;
    }

    /// <summary>Linux writes the caches of any processor to text files. They hold sizes such as "64K".</summary>
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
                return int.TryParse(size.TrimEnd('K', 'M'), out int number) ? Clamped((long)number * unit) : 0;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Some systems hide the folder. Then the size is not known.
        }

        return 0;
    }

    private static int Clamped(long bytes) => (int)Math.Clamp(bytes, 0, int.MaxValue);

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
