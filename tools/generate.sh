#!/bin/sh
# Writes gen/ from protos/: Python messages and stubs with their types, and the descriptor set that Envoy transcodes by.
# Usage: tools/generate.sh [OUT]; OUT is gen by default. Run with the project's environment first on PATH.
set -eu
out=${1:-gen}
rm -rf "$out"
mkdir -p "$out"
ours=$(find protos/manusmesh -name '*.proto' | sort)
# shellcheck disable=SC2086 # a list of paths without spaces
python -m grpc_tools.protoc -Iprotos -Iprotos/third_party \
    --python_out="$out" --pyi_out="$out" --grpc_python_out="$out" --mypy_grpc_out="$out" $ours
python -m grpc_tools.protoc -Iprotos/third_party \
    --python_out="$out" --pyi_out="$out" protos/third_party/buf/validate/validate.proto
# shellcheck disable=SC2086
python -m grpc_tools.protoc -Iprotos -Iprotos/third_party --include_imports \
    --descriptor_set_out="$out/manusmesh/descriptors.binpb" $ours protos/third_party/google/rpc/error_details.proto
find "$out" -name '*_service_pb2_grpc.py*' -o -name '*_pb2_grpc.py*' | while read -r stub; do
    # A file without a service needs no stubs.
    service=${stub%_pb2_grpc.py*}
    service=${service#"$out"/}
    grep -q '^service ' "protos/$service.proto" 2>/dev/null || rm "$stub"
done
