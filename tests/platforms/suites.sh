# The tests themselves on other platforms. ./run reads this file.

# suite NAME EXCLUDED PROGRAM...: runs the published tests, without those that the file EXCLUDED names.
suite() {
    local name=$1 excluded=$2 arguments=(-noColor) log=$work/suite.log test
    shift 2
    for test in $(sed 's/ *#.*//' "$excluded"); do arguments+=(-method- "$test"); done
    echo "-- tests: $name"
    "$@" "${arguments[@]}" 2>&1 | tr -d '\r' | tee "$log" | grep -E '\[FAIL\]|^ *(Assert|Expected|Actual|System)|Total:'
    counts=$(sed -nE 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), .*/\1 \2 \3/p' "$log")
    [ -n "$counts" ] || { tail "$log"; return 1; }
    awk -v name="$name" '{ printf "Failed: %d, Passed: %d, Total: %d - tests: %s\n", $2 + $3, $1 - $2 - $3, $1, name }' <<<"$counts" | tee "$work/suite.count"
    echo "$(grep -q '^Failed: 0,' "$work/suite.count" && echo green || echo "red  ") tests, $name: $counts" >>"$work/table"
}

suite_net11() {
    publish ../FastNN.Tests.csproj tests-net11 -r linux-x64 --self-contained -p:RuntimeFrameworkVersion=11.0.0 && cd "$work/tests-net11" &&
        suite ".NET 11" /dev/null ./FastNN.Tests
}
