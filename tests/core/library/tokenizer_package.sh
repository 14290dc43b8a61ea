#!/bin/sh
# Writes exports with the test and reads them with the transformers of this machine, which gives the same ids of the same texts and chats.
# usage: tokenizer_package.sh SCRIPT FOLDER TEST        exit 77: no transformers here (TRITLAB_PARITY_PYTHON names a Python that has it)
set -eu
python=${TRITLAB_PARITY_PYTHON:-python3}
if ! "$python" -c 'import transformers' 2>/dev/null; then
    echo "skipped: $python cannot import transformers"
    exit 77
fi
rm -rf "$2"
mkdir -p "$2"
TRITLAB_TOKENIZER_OUT=$2 "$3" idsOfAnyText
exec "$python" "$1" "$2"
