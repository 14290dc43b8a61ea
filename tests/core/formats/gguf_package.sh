#!/bin/sh
# Writes a GGUF file with the test and reads it with the gguf package of this machine, which makes the same bytes of the same values.
# usage: gguf_package.sh SCRIPT FILE TEST        exit 77: no gguf here (TRITLAB_PARITY_PYTHON names a Python that has it)
set -eu
python=${TRITLAB_PARITY_PYTHON:-python3}
if ! "$python" -c 'import gguf' 2>/dev/null; then
    echo "skipped: $python cannot import gguf"
    exit 77
fi
mkdir -p "$(dirname "$2")"
rm -f "$2"
TRITLAB_GGUF_OUT=$2 "$3" whatIsWrittenIsRead
exec "$python" "$1" check "$2"
