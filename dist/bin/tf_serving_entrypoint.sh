#!/usr/bin/env bash
# The entry point of an image: serves ${MODEL_BASE_PATH}/${MODEL_NAME}; further arguments are
# appended, and of a repeated flag the last one counts.
set -euo pipefail

file=${BASH_SOURCE[0]}
while [[ -L $file ]]; do
  target=$(readlink "$file")
  [[ $target == /* ]] || target=$(dirname "$file")/$target
  file=$target
done
exec "$(cd -P "$(dirname "$file")" && pwd)/tensorflow_model_server" \
  --port=8500 --rest_api_port=8501 \
  --model_name="${MODEL_NAME:-model}" \
  --model_base_path="${MODEL_BASE_PATH:-/models}/${MODEL_NAME:-model}" \
  "$@"
