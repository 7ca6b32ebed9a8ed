#!/usr/bin/env bash
# Fetches and builds what the dry run needs into a work folder; run it again and it only does what is missing.
#
#     PROJECT=~/qwen-image-edit-service ./setup.sh [FOLDER]
set -euo pipefail

project=$(realpath "${PROJECT:-$PWD}")
work=$(realpath -m "${1:-${TMPDIR:-/tmp}/dry-cuda}")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
runtime=$work/node_modules/onnxruntime-node
binaries=$runtime/bin/napi-v6/linux/x64
provider=$work/provider/libonnxruntime_providers_cuda.so
python=$work/venv/bin/python

say() { printf '%s\n' "$*"; }

fail() {
  printf 'setup.sh: %s\n' "$*" >&2
  exit 1
}

need_tools() {
  local tool
  for tool in node python3 gcc g++ nm; do
    command -v "$tool" >/dev/null || fail "$tool is needed and not in the PATH"
  done
  [[ $(uname -sm) == 'Linux x86_64' ]] || fail 'the provider is a library for Linux on x86_64'
  [[ -d $project/node_modules/onnxruntime-node ]] || fail "$project has no node_modules/onnxruntime-node: name the project with PROJECT and run npm ci there"
}

runtime_version() {
  node -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).version' "$1/package.json"
}

make_venv() {
  if [[ -e $work/venv/ready ]]; then
    say 'Python packages: here already'
    return
  fi
  say 'Python packages: installing numpy, onnx and the CUDA headers'
  python3 -m venv "$work/venv" || fail 'python3 -m venv failed (Debian keeps it in python3-venv)'
  "$python" -m pip install -q numpy onnx || fail 'pip could not install numpy and onnx'
  "$python" -m pip install -q --no-deps 'nvidia-cuda-runtime==13.*' 'nvidia-cuda-crt==13.*' || fail 'pip could not install the CUDA headers'
  touch "$work/venv/ready"
}

# The provider's wheel is made for some Python versions only; its libraries don't depend on that.
fetch_provider() {
  if [[ -e $work/provider/version && $(<"$work/provider/version") == "$version" ]]; then
    say "CUDA provider $version: here already"
    return
  fi
  say "CUDA provider $version: fetching onnxruntime-gpu, about 250 MB"
  local wheels=$work/wheels
  rm -rf "$work/provider" "$wheels"
  "$python" -m pip download -q --no-deps --only-binary=:all: --python-version 3.12 \
    --platform manylinux_2_28_x86_64 -d "$wheels" "onnxruntime-gpu==$version" ||
    fail "pip found no onnxruntime-gpu $version"
  mkdir -p "$work/provider"
  "$python" - "$wheels"/onnxruntime_gpu-*.whl "$work/provider" <<'PYTHON' || fail 'the wheel holds no CUDA provider'
import pathlib, shutil, sys, zipfile

wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in ('libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'):
        with archive.open(f'onnxruntime/capi/{name}') as source, open(pathlib.Path(folder, name), 'wb') as target:
            shutil.copyfileobj(source, target)
PYTHON
  rm -rf "$wheels"
  printf '%s' "$version" >"$work/provider/version"
}

# build NAME SOURCE [FLAG…]: a library whose soname is its file's name
build() {
  local name=$1 source=$2
  shift 2
  local compiler=gcc
  [[ $source == *.cc ]] && compiler=g++
  "$compiler" -O1 -shared -fPIC "-Wl,-soname,$name" -o "$libraries/$name" "$source" "$@" || fail "$name could not be compiled"
}

build_stand_ins() {
  libraries=$work/stand-ins
  local source=$work/stand-ins/source stamp=$work/stand-ins/built include
  if [[ -e $stamp && -z $(find "$here/stand-ins" "$work/provider/version" -newer "$stamp" -type f) ]]; then
    say 'Stand-ins for the CUDA libraries: here already'
    return
  fi
  say 'Stand-ins for the CUDA libraries: compiling'
  include=$(find "$work/venv" -name cuda_runtime_api.h -printf '%h\n' -quit)
  [[ -n $include ]] || fail 'the CUDA headers are not in the venv'
  rm -rf "$libraries"
  mkdir -p "$source"
  "$python" "$here/stand-ins/make_stubs.py" "$provider" "$source" || fail 'the stubs could not be generated'
  build libcudart.so.13 "$here/stand-ins/cudart.cc" -std=c++17 "-I$include" "-Wl,--version-script=$source/libcudart.so.13.map"
  local name
  for name in libcublas.so.13 libcublasLt.so.13; do
    build "$name" "$source/$name.c" -w "-Wl,--version-script=$source/$name.map"
  done
  for name in libcudnn.so.9 libcurand.so.10 libcuda.so.1; do
    build "$name" "$source/$name.c" -w
  done
  # The provider opens cuDNN by any of these names.
  ln -sf libcudnn.so.9 "$libraries/libcudnn.so"
  ln -sf libcudnn.so.9 "$libraries/libcudnn_graph.so.9"
  touch "$stamp"
}

copy_runtime() {
  if [[ -e $binaries/ready && $(<"$binaries/ready") == "$version" ]]; then
    say "onnxruntime-node $version with the provider: here already"
    return
  fi
  say "onnxruntime-node $version: copying it from the project, linking the provider beside it"
  local from=$project/node_modules
  rm -rf "$work/node_modules"
  mkdir -p "$binaries"
  cp -r "$from/onnxruntime-common" "$work/node_modules/"
  cp -r "$from"/onnxruntime-node/{package.json,dist} "$runtime/"
  cp "$from"/onnxruntime-node/bin/napi-v6/linux/x64/{libonnxruntime.so.1,onnxruntime_binding.node} "$binaries/" ||
    fail 'the project has no binding of onnxruntime-node for Linux on x86_64'
  ln -sf "$work"/provider/libonnxruntime_providers_{cuda,shared}.so "$binaries/"
  printf '%s' "$version" >"$binaries/ready"
}

need_tools
mkdir -p "$work"
version=$(runtime_version "$project/node_modules/onnxruntime-node")
[[ $version == 1.30.* ]] || say "Made for onnxruntime 1.30; $version may call what the stand-ins lack"
make_venv
fetch_provider
build_stand_ins
copy_runtime
say "Ready: DRY_CUDA=$work"
