#!/bin/sh
# Fetches the ONNX Runtime shared library out of the Python wheel that holds it.
#   scripts/onnxruntime.sh        CPU library into .deps/onnxruntime
#   scripts/onnxruntime.sh cuda   CUDA build and NVIDIA's libraries (2.5 GB)
#                                 into .deps/onnxruntime-cuda
# Version and hashes are in the requirements files beside this script. Nothing
# is fetched where the right files are there already. Needs python3 with pip.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
deps=$(dirname "$here")/.deps
python=${PYTHON:-python3}
build=${1:-cpu}
case $build in
cpu) target=$deps/onnxruntime ;;
cuda) target=$deps/onnxruntime-cuda ;;
*) echo "usage: $0 [cpu|cuda]" >&2; exit 2 ;;
esac
pins=$here/onnxruntime-$build.txt
machine=$(uname -m)

if [ "$(uname -s)" != Linux ]; then
	echo "$0: fetches Linux libraries only; elsewhere put the library beside the program or name it in OPACITY_ONNXRUNTIME" >&2
	exit 1
fi
if [ "$build" = cuda ] && [ "$machine" != x86_64 ]; then
	echo "$0: there is no CUDA build for $machine" >&2
	exit 1
fi

there() {
	cmp -s "$pins" "$target/pins.txt" && (cd "$target" && sha256sum --check --quiet SHA256SUMS >/dev/null 2>&1)
}

if there; then
	echo "ONNX Runtime ($build) is there."
	exit 0
fi
if ! "$python" -m pip --version >/dev/null 2>&1; then
	echo "$0: needs pip: install python3-pip, or name another Python in PYTHON" >&2
	exit 1
fi

mkdir -p "$deps"
work=$(mktemp -d "$deps/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The wheels are for a newer Python than some systems have: it is not run, only
# unpacked, so pip is told to take them all the same.
echo "Fetching ONNX Runtime ($build)..."
"$python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
	--python-version 3.12 --implementation cp --abi cp312 --abi none \
	--platform "manylinux_2_28_$machine" --platform "manylinux_2_27_$machine" \
	--platform "manylinux_2_17_$machine" --platform "manylinux2014_$machine" \
	--platform "manylinux_2_12_$machine" --platform "manylinux2010_$machine" \
	--dest "$work/wheels" --requirement "$pins"

mkdir "$work/lib"
"$python" - "$work/wheels" "$work/lib" <<'PY'
import pathlib, shutil, sys, zipfile

wheels, lib = map(pathlib.Path, sys.argv[1:])
unused = ("libonnxruntime_providers_tensorrt", "libnvblas", "libcufftw", "libnvrtc.alt", "libnvrtc-builtins.alt")
for wheel in sorted(wheels.glob("*.whl")):
    with zipfile.ZipFile(wheel) as z:
        for name in z.namelist():
            base = name.rsplit("/", 1)[-1]
            library = base.startswith("lib") and ".so" in base and not base.startswith(unused)
            notice = base in ("LICENSE", "License.txt", "ThirdPartyNotices.txt")
            if library or notice:
                out = lib / (base if library else wheel.name.split("-")[0] + "." + base)
                with z.open(name) as src, open(out, "wb") as dst:
                    shutil.copyfileobj(src, dst, 1 << 20)
PY
rm -rf "$work/wheels"
(cd "$work/lib" && sha256sum -- * >SHA256SUMS)
cp "$pins" "$work/lib/pins.txt"
rm -rf "$target"
mv "$work/lib" "$target"
echo "ONNX Runtime ($build) is in $target."
