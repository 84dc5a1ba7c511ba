#!/bin/bash
# Builds target/dist: the jars that the launcher runs, and the AOT caches that make it start fast.
# Needs a JDK 25 and Maven; as root on Debian or Ubuntu it installs what is missing, elsewhere it says what to install.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
home=$(dirname "$here")
dist=$home/target/dist
. "$here/jdk.sh"
. "$here/packages.sh"
. "$here/tools.sh"

build() {
  local started=$dist/stamp.new
  touch "$started" # what changes while the build runs is newer than this
  rm -f "$dist/stamp" # there is a stamp only after a build that succeeded
  echo "berth: building; the first time takes one to three minutes, log in ${dist/#$PWD\//}/build.log" >&2
  if ! (cd "$home" && JAVA_HOME=$jdk mvn -q -pl cli -am -Dmaven.test.skip=true package) >"$dist/build.log" 2>&1; then
    tail -n 40 "$dist/build.log" >&2
    echo "berth: the build failed; the whole log is $dist/build.log" >&2
    exit 1
  fi
  "$jdk/bin/java" "$here/PackJars.java" "$home/cli/target/berth.jar" "$dist/berth.jar.new" "$dist/libraries.jar.new" libraries.jar
  rm -f "$dist"/*.aot
  mv "$dist/libraries.jar.new" "$dist/libraries.jar"
  mv "$dist/berth.jar.new" "$dist/berth.jar"
  "$here/train.sh" "$jdk" "$dist"
  mv "$started" "$dist/stamp"
}

mkdir -p "$dist" || { echo "berth: cannot write $home/target; build as a user who may" >&2; exit 1; }
# Commands that start at the same time build once: the second waits here and finds everything done.
exec 9>"$dist/lock"
if ! flock -n 9; then
  flock 9
  [[ -f $dist/stamp ]] && exit 0
fi
require_tools
build
