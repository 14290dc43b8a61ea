#!/usr/bin/env bash
# Installs a build into a temporary prefix (or unpacks its Debian package), moves it, and lets the programs work there:
#   test_install.sh BUILD [deb]
set -euo pipefail
build=$1 kind=${2:-prefix}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
fail() { echo "FAIL: $*" >&2; exit 1; }

if [ "$kind" = deb ]; then
  command -v dpkg-deb dpkg-shlibdeps > /dev/null || { echo "skipped: no dpkg here"; exit 0; }
  (cd "$place" && cpack -G DEB --config "$build/CPackConfig.cmake" -B "$place/deb" > "$place/log" 2>&1) || { cat "$place/log"; fail cpack; }
  deb=$(find "$place/deb" -maxdepth 1 -name 'tritlab_*.deb')
  dpkg-deb --info "$deb"
  dpkg-deb --field "$deb" Depends | grep -q 'libqcustomplot\|libsentencepiece' || fail "the package names no dependencies"
  dpkg-deb -x "$deb" "$place/root"
  rm -rf "$place/deb"
else
  DESTDIR=$place/root cmake --install "$build" --prefix /usr > "$place/log" 2>&1 || { cat "$place/log"; fail "cmake --install"; }
fi
# A prefix that no one was told of.
mv "$place/root/usr" "$place/moved prefix"
prefix="$place/moved prefix"
cli="$prefix/bin/tritlab-cli"

for file in bin/tritlab-cli lib/tritlab/libtritlab_core.so share/man/man1/tritlab-cli.1 share/doc/TritLab/copyright; do
  [ -f "$prefix/$file" ] || [ -f "$prefix/$file.gz" ] || fail "$file is not installed"
done
# Nothing of the build folder or of somebody's home is named in what runs.
for file in "$prefix"/bin/* "$prefix"/lib/tritlab/*.so; do
  paths=$(LC_ALL=C readelf -d "$file" | grep -E 'R(UN)?PATH' || true)
  case $paths in *"$build"*|*/home/*|*/root/*) fail "$file looks for libraries in $paths" ;; esac
  missing=$(ldd "$file" | grep 'not found' || true)
  [ -z "$missing" ] || fail "$file: $missing"
  ! ldd "$file" | grep -F "$build/" || fail "$file loads from the build folder"
done

home() { env -i HOME="$place/home" PATH=/usr/bin:/bin TRITLAB_HOME="$place/home/lab" OMP_WAIT_POLICY=passive LC_ALL=C.UTF-8 "$@"; }
mkdir -p "$place/home"
home "$cli" --version | grep -Eq '^[0-9]+\.[0-9]+\.[0-9]+$' || fail "--version"
home "$cli" --help | grep -q experiment || fail "--help"
home "$cli" estimate --preset tiny --json | grep -q '"parameters":[1-9]' || fail "estimate"

# What the window fetches a model with works where it is installed, as far as one can see without network.
setup="$prefix/share/tritlab/resources/setup/smollm2"
home bash "$setup" --path | grep -q "^$place/home/.cache/tritlab/models/.*\.gguf$" || fail "$setup --path"
home env PIP_NO_INDEX=1 PIP_FIND_LINKS="$place/none" PIP_CONFIG_FILE=/dev/null TRITLAB_TRIES=1 bash "$setup" > "$place/log" 2>&1 && fail "fetched without network"
grep -q 'could not be downloaded' "$place/log" || { cat "$place/log"; fail "$setup"; }

if [ -e "$prefix/bin/tritlab" ]; then
  home QT_QPA_PLATFORM=offscreen "$prefix/bin/tritlab" --version | grep -q "$(home "$cli" --version)" || fail "tritlab --version"
  desktop="$prefix/share/applications/tritlab.desktop"
  metainfo="$prefix/share/metainfo/org.tritlab.TritLab.metainfo.xml"
  mime="$prefix/share/mime"
  [ -f "$prefix/share/icons/hicolor/scalable/apps/tritlab.svg" ] || fail "no icon"
  if command -v desktop-file-validate > /dev/null; then desktop-file-validate "$desktop"; else echo "skipped: no desktop-file-validate"; fi
  if command -v appstreamcli > /dev/null; then appstreamcli validate --no-net "$metainfo"; else echo "skipped: no appstreamcli"; fi
  if command -v update-mime-database > /dev/null; then
    update-mime-database "$mime"
    grep -q '^application/vnd.tritlab.config+json:\*\.tritlab$' "$mime/globs" || fail "*.tritlab has no type"
  else echo "skipped: no update-mime-database"; fi
  type=$(sed -n 's/^MimeType=//p' "$desktop")
  grep -qF "<mediatype>${type%;}</mediatype>" "$metainfo" || fail "desktop file and metainfo differ about the type"
fi

if [ -e "$prefix/lib/tritlab/libtritlab_torch.so" ] && [ -d "$prefix/lib/tritlab/torch" ]; then
  ! ldd "$prefix/lib/tritlab/libtritlab_torch.so" | grep -F /torch/lib/ | grep -vF "$prefix/" || fail "LibTorch is not the installed one"
  for i in $(seq 400); do
    echo "In the beginning of year $i the king said to his people that day $((i * 7 % 31)) was good, and they went to the river."
  done > "$place/text.txt"
  home "$cli" train --preset nano --data "$place/text.txt" --set steps=20 --set vocab_size=300 --set eval_every=0 --set sample_every=0 \
    --name installed --json 2> "$place/log" | tail -n 1 > "$place/result" || { tail -n 20 "$place/log"; fail "nano training"; }
  grep -q '"state":"finished"' "$place/result" || fail "nano training: $(cat "$place/result")"
  home "$cli" generate --run installed --prompt "The king" --max-tokens 8 --greedy > "$place/text" || fail "generate"
  [ -s "$place/text" ] || fail "generate says nothing"
else
  echo "skipped: this build has no training engine"
fi
echo "installed tree is sound"
