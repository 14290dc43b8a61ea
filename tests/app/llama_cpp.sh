#!/usr/bin/env bash
# Trains small models, exports them to each GGUF form, and lets llama.cpp go on with a text: greedily, as TritLab does.
# usage: llama_cpp.sh TRITLAB_CLI FOLDER   exit 77: no llama.cpp here (TRITLAB_LLAMA_COMPLETION, or llama-completion in PATH)
set -euo pipefail
cli=$1 work=$2
completion=${TRITLAB_LLAMA_COMPLETION:-$(command -v llama-completion || true)}
if [ -z "$completion" ]; then
  echo "skipped: no llama-completion in PATH, and TRITLAB_LLAMA_COMPLETION names none"
  exit 77
fi
rm -rf "$work"
mkdir -p "$work"
export TRITLAB_HOME=$work/home
# A text that can be learnt by heart: what comes next is then never a close call between two tokens.
for i in $(seq 1 400); do
  echo "The quick brown fox jumps over the lazy dog while seven wise owls watch from an old oak tree by the silver river."
done > "$work/text.txt"
train() {
  local name=$1
  shift
  "$cli" train --preset nano --data "$work/text.txt" --name "$name" --set vocab_size=300 --set hidden_size=256 --set steps=120 \
    --set learning_rate=0.005 --set eval_every=0 --set sample_every=0 --set sequence_length=64 "$@" > /dev/null 2>&1
}
prompt="The quick brown fox" tokens=24
failures=0
compare() {
  local name=$1 format=$2 file=$work/$1-$2.gguf ours theirs try
  "$cli" export --run "$name" --format "$format" --out "$file" > /dev/null
  ours=$("$cli" generate --model "$file" --prompt "$prompt" --max-tokens $tokens --greedy --json | tail -n 1 |
    sed -E 's/.*"text":"([^"]*)".*/\1/')
  # llama-completion writes from a thread of its own and may end before its last words are out: it is asked again.
  for try in 1 2 3 4 5 6 7 8 9 10; do
    theirs=$("$completion" -m "$file" -p "$prompt" -n $tokens --temp 0 -no-cnv --no-warmup -t 2 --no-display-prompt --simple-io < /dev/null \
      2> "$work/log" | tr '\n' ' ' | sed -E 's/ *(\[end of text\])? *$//')
    [ ${#theirs} -lt 20 ] || break
  done
  if [ ${#theirs} -ge 20 ] && [[ $ours == "$theirs"* ]]; then
    echo "ok: $name as $format: '$ours'"
  else
    printf 'FAIL: %s as %s\n  TritLab   %s\n  llama.cpp %s\n' "$name" "$format" "$ours" "$theirs"
    tail -n 5 "$work/log"
    failures=$((failures + 1))
  fi
}
train bit --set activation=silu
for format in gguf-f16 gguf-tq2_0 gguf-tq1_0; do compare bit "$format"; done
train dense --set architecture=llama
compare dense gguf-f16
train ternary --set architecture=llama --set ternary_linears=true
for format in gguf-f16 gguf-tq2_0 gguf-tq1_0; do compare ternary "$format"; done
[ "$failures" = 0 ]
