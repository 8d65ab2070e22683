# What the legs share. ./run reads this file.

work=$(realpath ../../artifacts)/platforms
mkdir -p "$work"

# install PACKAGE...: from Debian, if one is missing.
install() {
    dpkg -s "$@" >/dev/null 2>&1 && return
    apt-get update -q # an index that fails may not be needed
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# unpack ARCHITECTURE FOLDER PACKAGE...: Debian packages of another architecture into a folder. The machine's own packages stay as they are.
unpack() {
    local architecture=$1 folder=$2 state apt deb
    shift 2
    [ "$(cat "$folder/complete" 2>/dev/null)" = "$*" ] && return
    state=$(mktemp -d)
    mkdir -p "$state"/{lists/partial,cache/archives/partial,packages} "$folder"
    touch "$state/status"
    apt=(apt-get -q -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" -o "Dir::State=$state"
        -o "Dir::State::status=$state/status" -o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root)
    "${apt[@]}" update # an index that fails may not be needed
    (cd "$state/packages" && "${apt[@]}" download "$@") || return
    for deb in "$state"/packages/*.deb; do dpkg -x "$deb" "$folder" || return; done
    rm -rf "$state"
    echo "$*" >"$folder/complete"
}

# publish PROJECT NAME OPTION...: into $work/NAME, once in a run. It has intermediate files of its own. So nothing is taken over from another
# platform. .ci/run has looked at the rules of style before, which takes most of the time of a build.
publish() {
    local project=$1 name=$2
    shift 2
    [[ " ${published:-} " == *" $name "* ]] && return
    rm -rf "${work:?}/$name"
    if ! dotnet publish "$project" -c Release -p:RunAnalyzers=false --artifacts-path "$work/build/$name" -o "$work/$name" "$@" >"$work/$name.log" 2>&1; then
        tail -20 "$work/$name.log"
        return 1
    fi
    published="${published:-} $name"
}

# red NAME: a leg that did not come to its end.
red() { echo "red $1" >>"$work/table"; echo "Failed: 1, Passed: 0, Total: 1 - $1"; }

# hash NAME VARIANT PROGRAM...: runs the program. Its line for the table is its hash. VARIANT must run by default. If it is
# "VARIANT alone", no other variant runs.
hash() {
    local name=$1 variant=$2 output status
    shift 2
    echo "-- $name"
    output=$("$@" "$effort" $variant 2>&1) # without quotes, because variant may be two words
    status=$?
    output=$(tr -d '\r' <<<"$output")
    grep -E '^red|^Failed|^hash' <<<"$output" || echo "$output" | tail
    grep -q '^hash ' <<<"$output" || return 1
    echo "$([ $status -eq 0 ] && echo green || echo "red  ") $name: $(grep '^hash ' <<<"$output")" >>"$work/table"
    return 0
}
