#!/bin/sh
# Thousands of random templates and conversations, rendered by the jinja2 of this machine and by the test. The chat
# templates that packages of this Python bring (*.jinja) are used too, and those of the folder TRITLAB_CHAT_TEMPLATES.
# usage: jinja_package.sh SCRIPT FOLDER TEST    exit 77: no jinja2 here (TRITLAB_PARITY_PYTHON names a Python that has it)
set -eu
python=${TRITLAB_PARITY_PYTHON:-python3}
if ! "$python" -c 'import jinja2' 2>/dev/null; then
    echo "skipped: $python cannot import jinja2"
    exit 77
fi
mkdir -p "$2"
"$python" "$1" "$2/cases.jsonl" --fragments 4000 --conversations 2000 --seed 2 --installed ${TRITLAB_CHAT_TEMPLATES:+--templates "$TRITLAB_CHAT_TEMPLATES"}
exec "$3" --cases "$2/cases.jsonl"
