#!/usr/bin/env bash
# Every ONNX graph that we emit passes onnx.checker (with its shape inference): those of the fixtures, and the shipped ones.
# Skips by name where pip does not offer the onnx package.
set -euo pipefail
cd "$(dirname "$0")/../.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if ! python3 -m pip install --quiet --target "$scratch/python" onnx >"$scratch/pip.log" 2>&1; then
  tail -3 "$scratch/pip.log"
  echo 'SKIPPED check-onnx: pip does not offer the onnx package here'
  exit 0
fi
npx tsx test/parity/emit-onnx.ts test/fixtures/parity "$scratch/graphs"
files=("$scratch"/graphs/*.onnx)
for shipped in models/pretrained/*/model.onnx; do
  if [ -f "$shipped" ]; then files+=("$shipped"); fi
done
PYTHONPATH="$scratch/python" python3 test/parity/check-onnx.py "${files[@]}"
