#!/bin/bash
# Makes the AOT caches of a jar for one JDK: a process with a store of its own runs the usual commands once, and the
# classes that it loaded on the way become the cache. There are four, since all classes of a cache are loaded when the
# program starts: one for commands that another process runs, one for those that are done at once, one for those on a Ceph
# cluster, one for those that move data or stay. Without a cache everything works, only later.
# Usage: train.sh JDK DIST; writes DIST/ID.client.aot, DIST/ID.quick.aot, DIST/ID.ceph.aot and DIST/ID.aot, which stay
# empty where they cannot be made, so that nobody tries again.
set -uo pipefail
jdk=$1 dist=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
samples=$(dirname "$here")/samples
. "$here/jdk.sh"
# What is practised here concerns no cluster and no store of the user's.
unset BERTH_STORE CEPH_ARGS CEPH_CONF CEPH_KEYRING CEPH_LIB JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS
is_jdk "$jdk" || exit 1

log=$dist/train.log
store=$(mktemp -d "${TMPDIR:-/tmp}/berth-train.XXXXXX") || exit 1
# What was compiled here is not recorded: it would all be compiled at each start, most of it for nothing.
java=("$jdk/bin/java" -XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining
  -XX:+UseSerialGC -Xms16m -Xmx256m -jar "$dist/berth.jar")
owner=

stop() {
  [[ -z $owner ]] || kill "$owner" 2>/dev/null
  wait
  rm -rf "$store"
}
trap stop EXIT

berth() {
  timeout 30 "${java[@]}" --store "$store" "$@"
}

# What users start most, and what has to answer soonest.
run_quick() {
  local image=rbd/image
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
  berth status "$image"
  berth rename rbd/clone rbd/copy
  berth rm rbd/copy
  berth trash ls
  berth --help
  berth ls nonexistent
  write_spec
  berth migration prepare --import-only --source-spec "$(<"$store/spec.json")" rbd/import
  berth status rbd/import
  berth migration abort --no-progress rbd/import
}

# write_spec: the source-spec of the sample's disk, into spec.json.
write_spec() {
  local instance
  instance=$(echo "$samples"/instances/*-*)
  cat >"$store/spec.json" <<END
{"type": "qcow", "backing_allow": ["$samples/instances/_base"], "stream": {"type": "file", "file_path": "$instance/disk"}}
END
}

run_movers() {
  head -c 64M /dev/urandom >"$store/disk.raw"
  berth clone rbd/image@first rbd/clone
  berth flatten rbd/clone
  berth import "$store/disk.raw" rbd/disk
  berth export rbd/disk "$store/exported.raw"
  berth migration prepare --import-only --source-spec-path "$store/spec.json" rbd/moved
  berth migration execute rbd/moved
  berth status rbd/moved
  berth migration commit rbd/moved
}

# wait_for_owner [PLACE]: until it takes commands; PLACE is a folder or a pattern of one.
wait_for_owner() {
  local attempt
  for ((attempt = 0; attempt < 200; attempt++)); do
    compgen -G "${1-$store}/control.sock" >"$store/socket" && return 0
    kill -0 "$owner" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}

# record CACHE ARGUMENT...: becomes a command that is recorded.
record() {
  exec timeout 60 "${java[@]:0:1}" -XX:AOTCacheOutput="$1" "${java[@]:1}" "${@:2}"
}

finish() {
  wait "$owner"
  owner=
}

# An import from a pipe is a quick command that lasts as long as we like.
train_quick() {
  mkfifo "$store/pipe"
  record "$1" --store "$store" import - rbd/endless <"$store/pipe" &
  owner=$!
  exec 3>"$store/pipe"
  wait_for_owner && run_quick
  exec 3>&-
  finish
}

train_movers() {
  record "$1" --store "$store" serve &
  owner=$!
  if wait_for_owner; then
    run_quick
    run_movers
  fi
  kill -TERM "$owner"
  finish
}

# write_cluster LINE: how to reach a cluster that is not there.
write_cluster() {
  mkdir "$store/servers"
  printf '[global]\nmon_host = 127.0.0.1:1\nauth_client_required = cephx\n%s\n' "$1" >"$store/ceph.conf"
}

# Without a key the libraries of Ceph are loaded and set up, and nobody is asked. Nor does anybody serve the cluster, where
# commands ask first.
train_ceph() {
  write_cluster "keyring = $store/none"
  BERTH_STORE=$store record "$1" -c "$store/ceph.conf" info rbd/image &
  owner=$!
  finish
}

# With a key, who serves the cluster looks for it for some seconds, and takes commands meanwhile; one that is not
# understood needs no cluster.
train_client() {
  write_cluster 'key = AQAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAA=='
  BERTH_STORE=$store "${java[@]}" -c "$store/ceph.conf" serve &
  owner=$!
  wait_for_owner "$store/servers/*" && (BERTH_STORE=$store record "$1" -c "$store/ceph.conf" ls --none)
  kill -TERM "$owner"
  finish
}

# make NAME TRAIN: an empty cache says that it cannot be made.
make() {
  local fresh=$dist/$1.$$
  rm -rf "${store:?}"/*
  "$2" "$fresh"
  rm -f "$fresh.config"
  if [[ -s $fresh ]]; then
    mv "$fresh" "$dist/$1"
  else
    : >"$dist/$1"
  fi
}

echo "berth: preparing the AOT caches for JDK $jdk_id" >&2
{
  make "$jdk_id.client.aot" train_client
  make "$jdk_id.quick.aot" train_quick
  make "$jdk_id.ceph.aot" train_ceph
  make "$jdk_id.aot" train_movers
} >"$log" 2>&1 </dev/null
