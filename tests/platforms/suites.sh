# The tests themselves on other platforms. ./run reads this file.

# suite NAME FOLDER PROGRAM...: runs the tests that were published into FOLDER, without those that NAME.excluded names. Emulators are slow.
# So stress tests, random files and random networks are short there.
suite() {
    local name=$1 folder=$2 excluded=() log=$work/$1.log test counts
    shift 2
    for test in $(sed 's/ *#.*//' "$name.excluded" 2>/dev/null); do excluded+=(-method- "$test"); done
    echo "-- $name"
    (cd "$folder" && FASTNN_EMULATED=1 FASTNN_FUZZ=500 FASTNN_FUZZ_SECONDS=2 "$@" -noColor -longRunning 60 "${excluded[@]}") 2>&1 |
        tr -d '\r' >"$log"
    grep -A 12 '\[FAIL\]' "$log"
    counts=$(sed -nE 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), .*/\1 \2 \3/p' "$log" |
        awk '{ total += $1; failed += $2 + $3 } END { if (NR) print "Failed: " failed ", Passed: " total - failed ", Total: " total }')
    [ -n "$counts" ] || { tail -20 "$log"; return 1; }
    grep '^did not end' "$log" && red "$name"
    echo "$counts - $name"
    echo "$([[ $counts = "Failed: 0,"* ]] && echo green || echo "red  ") $name: $counts" >>"$work/table"
}

suite_net11() {
    publish ../FastNN.Tests.csproj tests-net11 -r linux-x64 --self-contained -p:RuntimeFrameworkVersion=11.0.0 &&
        suite suite_net11 "$work/tests-net11" ./FastNN.Tests
}

# Tests that start another process start it under qemu, too.
suite_arm64() {
    local folder=$work/tests-arm64
    arm64_root && publish ../FastNN.Tests.csproj tests-arm64 -r linux-arm64 --self-contained || return
    printf '#!/bin/sh\nexec %s %s/FastNN.Tests "$@"\n' "${arm64[*]}" "$folder" >"$folder/runner" && chmod +x "$folder/runner"
    suite suite_arm64 "$folder" env FASTNN_RUNNER="$folder/runner" "${arm64[@]}" ./FastNN.Tests
}

# Wine 8 hangs now and then, so each class of tests has a process of its own. If it hangs, it runs once more. If only the end of the
# process hangs, its results count. A test that fails may look like a hang: Wine hangs when .NET writes where the exception came from.
suite_windows() {
    wine_ready && publish ../FastNN.Tests.csproj tests-windows -r win-x64 --self-contained && suite suite_windows "$work/tests-windows" under_wine
}

under_wine() {
    local class
    for class in $("${wine[@]}" FastNN.Tests.exe -list classes | tr -d '\r' | grep '^FastNN'); do
        run_class "$class" "$@" || run_class "$class" "$@" || echo "did not end: $class"
    done
}

run_class() {
    timeout 400 "${wine[@]}" FastNN.Tests.exe -class "$1" "${@:2}" >"$work/class"
    local status=$?
    cat "$work/class"
    [ $status -ne 124 ] || grep -q 'Total:' "$work/class"
}
