#!/bin/sh
# Takes out of a folder node_modules what a running service never opens: source maps (200 MB), and the native libraries of
# ONNX Runtime for other systems (245 MB).
#   sh trim-modules.sh node_modules
set -eu
modules=$1
find "$modules" -name '*.map' -type f -delete
native=$modules/onnxruntime-node/bin/napi-v6
own=$native/$(node -p 'process.platform + "/" + process.arch')
# Without its own, all would be taken: better none.
[ -d "$own" ] || { echo "there is no $own" >&2; exit 1; }
for folder in "$native"/*/*; do
  [ "$folder" = "$own" ] || rm -r "$folder"
done
find "$native" -mindepth 1 -maxdepth 1 -type d -empty -delete
