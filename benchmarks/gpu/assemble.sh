#!/bin/sh
# Puts the pieces of `node benchmarks/gpu.mjs --prepare` together: sh FOLDER/core.00/assemble.sh FOLDER TARGET
# FOLDER holds the pieces' folders (core.00, core.01, …; cuda.00, … where the machine lacks NVIDIA's libraries), TARGET is made.
# Needs sh, mkdir, cat, sha256sum, tar and gzip. Then: cd TARGET && ./node benchmarks/gpu.mjs
set -eu
pieces=$1
target=$2
sums=$pieces/core.00/SHA256SUMS

# join STEM: unpacks an archive whose pieces are all there and whole
join() {
  wanted=''
  while read -r sum path; do
    case $path in "$1".*) wanted="$wanted $path" ;; esac
  done <"$sums"
  for path in $wanted; do
    [ -e "$pieces/$path" ] && continue
    if [ "$1" = cuda ]; then
      echo "assemble.sh: without $path: NVIDIA's libraries must be the machine's own" >&2
      return 0
    fi
    echo "assemble.sh: $path is missing" >&2
    exit 1
  done
  while read -r sum path; do
    case $path in "$1".*) echo "$sum  $pieces/$path" | sha256sum -c - >/dev/null ;; esac
  done <"$sums"
  # shellcheck disable=SC2086 # names without spaces
  (cd "$pieces" && cat $wanted) | gzip -dc | tar -C "$target" -xf -
}

mkdir -p "$target"
join core
join cuda
echo "cd $target && ./node benchmarks/gpu.mjs"
