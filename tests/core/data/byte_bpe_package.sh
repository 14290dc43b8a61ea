#!/bin/sh
# Thousands of random texts, tokenized by the tokenizers package of this machine and by the test.
# usage: byte_bpe_package.sh SCRIPT FOLDER TEST    exit 77: no tokenizers here (TRITLAB_PARITY_PYTHON names a Python that has it)
set -eu
python=${TRITLAB_PARITY_PYTHON:-python3}
if ! "$python" -c 'import tokenizers' 2>/dev/null; then
    echo "skipped: $python cannot import tokenizers"
    exit 77
fi
mkdir -p "$2"
"$python" "$1" 10000 --folder "$2"
exec "$3" --folder "$2"
