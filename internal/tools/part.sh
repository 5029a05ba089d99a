#!/bin/sh
# part.sh TITLE COMMAND... runs one part of the checks: a heading, then silence
# and a time if all is well, or everything that the command said if not. Lines
# that the command writes to descriptor 3 are shown in any case.
set -u
title=$1
shift
printf '== %s\n' "$title"
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM
begun=$(date +%s)
"$@" 3>&1 >"$log" 2>&1
code=$?
took=$(($(date +%s) - begun))
if [ "$code" -ne 0 ]; then
	cat "$log"
	printf '   FAILED after %d s: %s\n' "$took" "$*"
	exit "$code"
fi
printf '   ok, %d s\n' "$took"
