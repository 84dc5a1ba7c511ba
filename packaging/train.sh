#!/bin/bash
# Makes the AOT cache of a jar for one JDK: a server with a store of its own runs the usual commands once, and the
# classes that it loaded on the way become the cache. Without a cache everything works, only later.
# Usage: train.sh JDK DIST; writes DIST/ID.aot, which stays empty where it cannot be made, so that nobody tries again.
set -uo pipefail
jdk=$1 dist=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
samples=$(dirname "$here")/samples
. "$here/jdk.sh"
is_jdk "$jdk" || exit 1

cache=$dist/$jdk_id.aot
fresh=$cache.$$
log=$dist/train.log
store=$(mktemp -d "${TMPDIR:-/tmp}/berth-train.XXXXXX") || exit 1
java=("$jdk/bin/java" -XX:+UseSerialGC -Xms16m -Xmx320m -jar "$dist/berth.jar")
server=

stop() {
  [[ -z $server ]] || kill "$server" 2>/dev/null
  wait
  rm -rf "$store"
}
trap stop EXIT

berth() {
  timeout 30 "${java[@]}" --store "$store" "$@"
}

# What users start most, and what has to answer soonest.
exercise() {
  local image=rbd/image instance
  instance=$(echo "$samples"/instances/*-*)
  head -c 64M /dev/urandom >"$store/disk.raw"
  cat >"$store/spec.json" <<END
{"type": "qcow", "backing_allow": ["$samples/instances/_base"], "stream": {"type": "file", "file_path": "$instance/disk"}}
END
  berth pool ls
  berth create --size 64M "$image"
  berth ls
  berth ls -l --format json
  berth info "$image"
  berth info "$image" --format json
  berth snap create "$image@first"
  berth snap protect "$image@first"
  berth snap ls "$image"
  berth clone "$image@first" rbd/clone
  berth children "$image@first"
  berth resize --size 128M "$image"
  berth du "$image"
  berth rename rbd/clone rbd/copy
  berth flatten rbd/copy
  berth rm rbd/copy
  berth import "$store/disk.raw" rbd/disk
  berth export rbd/disk "$store/exported.raw"
  berth status rbd/disk
  berth migration prepare --import-only --source-spec-path "$store/spec.json" rbd/moved
  berth migration execute rbd/moved
  berth status rbd/moved
  berth migration commit rbd/moved
  berth trash ls
  berth --help
  berth ls nonexistent
}

wait_for_server() {
  local attempt
  for ((attempt = 0; attempt < 200; attempt++)); do
    [[ -S $store/control.sock ]] && return 0
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}

record() {
  "${java[@]:0:1}" -XX:AOTCacheOutput="$fresh" "${java[@]:1}" --store "$store" serve &
  server=$!
  wait_for_server || return 1
  exercise
  kill -TERM "$server"
  wait "$server"
  server=
}

echo "berth: preparing the AOT cache for JDK $jdk_id" >&2
record >"$log" 2>&1 </dev/null
rm -f "$fresh.config"
if [[ -s $fresh ]]; then
  mv "$fresh" "$cache"
else
  : >"$cache"
fi
