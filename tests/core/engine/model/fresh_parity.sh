#!/bin/sh
# Makes the parity fixtures anew with the transformers of this machine and runs the parity test on them.
# usage: fresh_parity.sh SCRIPT FOLDER TEST        exit 77: no transformers here (TRITLAB_PARITY_PYTHON names a Python that has it)
set -eu
python=${TRITLAB_PARITY_PYTHON:-python3}
if ! "$python" -c 'import safetensors, torch, transformers' 2>/dev/null; then
    echo "skipped: $python cannot import transformers, torch and safetensors"
    exit 77
fi
rm -rf "$2"
"$python" "$1" "$2"
TRITLAB_PARITY_FIXTURES=$2 exec "$3"
