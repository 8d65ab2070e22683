# The legs: each builds the program for a platform and runs it there. ./run reads this file.

# The widest variant on this machine that has at most 256 bits.
middle() { [ "$widest" = Vector512 ] && echo Vector256 || echo "$widest"; }

jit() {
    publish bits jit && hash "x64, JIT" "$widest" "$work/jit/bits"
}

# Each setting of .NET that takes instructions away is another processor.
jit_switches() {
    publish bits jit &&
        hash "x64, DOTNET_PreferredVectorBitWidth=256" "$(middle)" env DOTNET_PreferredVectorBitWidth=256 "$work/jit/bits" &&
        hash "x64, DOTNET_EnableAVX512=0" "$(middle)" env DOTNET_EnableAVX512=0 "$work/jit/bits" &&
        hash "x64, DOTNET_EnableAVX2=0" Vector128 env DOTNET_EnableAVX2=0 "$work/jit/bits" &&
        hash "x64, DOTNET_EnableHWIntrinsic=0" Scalar env DOTNET_EnableHWIntrinsic=0 "$work/jit/bits"
}

# NativeAOT compiles for one set of instructions: v2 has 128 bits without fused multiply-add, v3 has 256 bits, v4 has 512.
aot() {
    aot_for v2 Vector128 || return
    [ "$(middle)" = Vector256 ] || return 0
    aot_for v3 Vector256 || return
    [ "$widest" != Vector512 ] || aot_for v4 Vector512
}

aot_for() {
    aot_build "$1" && hash "x64, NativeAOT, x86-64-$1" "$2" "$work/aot-$1/bits"
}

aot_build() {
    install clang zlib1g-dev && publish bits "aot-$1" -r linux-x64 -p:PublishAot=true -p:IlcInstructionSet="x86-64-$1"
}

net11() {
    publish bits net11 -r linux-x64 --self-contained -p:RuntimeFrameworkVersion=11.0.0 && hash "x64, .NET 11" "$widest" "$work/net11/bits"
}

# qemu 7.2 does not notice code that is written through a second mapping. So the JIT writes in place.
arm64=(env DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0 qemu-aarch64-static -L "$work/arm64-root")

arm64_root() {
    install qemu-user-static &&
        unpack arm64 "$work/arm64-root" libc6 libgcc-s1 libstdc++6 zlib1g libc6-dev linux-libc-dev libgcc-12-dev zlib1g-dev libssl3
}

arm64_aot() {
    install clang lld binutils-aarch64-linux-gnu && arm64_root &&
        publish bits arm64-aot -r linux-arm64 -p:PublishAot=true -p:SysRoot="$work/arm64-root" -p:LinkerFlavor=lld \
            -p:ObjCopyName=aarch64-linux-gnu-objcopy &&
        hash "Arm64, NativeAOT, qemu" Vector128 "${arm64[@]}" "$work/arm64-aot/bits"
}

arm64_jit() {
    arm64_root && publish bits arm64-jit -r linux-arm64 --self-contained && hash "Arm64, JIT, qemu" Vector128 "${arm64[@]}" "$work/arm64-jit/bits"
}

# Debian has musl, but no C++ library for it. Debian's own asks for some functions of glibc. musl/glibc.c has them.
musl() {
    local root=$work/musl-root
    install musl-tools libstdc++6 libgcc-s1 && mkdir -p "$root" &&
        cp -L /lib/x86_64-linux-gnu/libgcc_s.so.1 /usr/lib/x86_64-linux-gnu/libstdc++.so.6 "$root" &&
        musl-gcc -shared -fPIC -O2 -Wall -Werror -o "$root/glibc.so" musl/glibc.c &&
        musl-gcc -shared -nostdlib -o "$root/ld-linux-x86-64.so.2" -x c /dev/null &&
        publish bits musl -r linux-musl-x64 --self-contained &&
        hash "x64, musl" "$widest" env LD_LIBRARY_PATH="$root" LD_PRELOAD="$root/glibc.so" "$work/musl/bits"
}

# Wine's own files are not in the repository: they have a link to all of the disk, and tools that look for sources would follow it.
wine_prefix=${XDG_CACHE_HOME:-$HOME/.cache}/fastnn-wine

# Wine 8 wants code that is compiled once, and no second mapping of it.
wine=(env WINEDEBUG=-all WINEPREFIX="$wine_prefix" WINEDLLOVERRIDES=mshtml=
    DOTNET_TieredCompilation=0 DOTNET_EnableWriteXorExecute=0 DOTNET_gcConcurrent=0 wine)

wine_ready() {
    install wine wine64 && mkdir -p "$(dirname "$wine_prefix")" || return
    [ -e "$wine_prefix/system.reg" ] || "${wine[@]}" wineboot --init
}

# Wine does not say that the processor has AVX-512.
windows() {
    wine_ready && publish bits windows -r win-x64 --self-contained && hash "Windows x64, Wine" "$(middle)" "${wine[@]}" "$work/windows/bits.exe"
}

# qemu-x86_64 runs what NativeAOT has compiled. Nehalem has neither AVX nor AVX2. The leg aot runs the same programs on every variant.
# So the widest is enough here.
old_processors() {
    local cpu
    install qemu-user-static || return
    aot_build v2 && aot_build v3 || return
    hash "x64, NativeAOT, x86-64-v2, qemu Nehalem" "Vector128 alone" qemu-x86_64-static -cpu Nehalem "$work/aot-v2/bits" || return
    for cpu in Haswell EPYC-Milan; do
        hash "x64, NativeAOT, x86-64-v3, qemu $cpu" "Vector256 alone" qemu-x86_64-static -cpu "$cpu" "$work/aot-v3/bits" || return
    done
}

# WebAssembly is a 32-bit process on one thread, which .NET interprets. Its vectors have 128 bits and no fused multiply-add. Its full sums
# took 23 minutes. So this leg is always quick.
browser() {
    local effort=quick
    { command -v node || install nodejs; } >/dev/null && publish browser browser &&
        hash "browser, Node.js" Vector128 node "$work/browser/wwwroot/main.mjs"
}
