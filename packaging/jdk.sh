# Finds a JDK of release 25 or later. Sourced by the launcher and the build; starts no process on the usual way.

# Sets `release` (25) and `jdk_id` (25.0.3+9) when the folder $1 is a JDK or run-time image that is new enough.
is_jdk() {
  local line version='' runtime=''
  [[ -x $1/bin/java && -r $1/release ]] || return 1
  while IFS= read -r line; do
    case $line in
      JAVA_VERSION=*) version=${line#*=} ;;
      JAVA_RUNTIME_VERSION=*) runtime=${line#*=} ;;
    esac
  done <"$1/release"
  version=${version//\"/}
  runtime=${runtime//\"/}
  release=${version%%[!0-9]*}
  jdk_id=${runtime:-$version}
  [[ -n $release ]] && ((release >= 25))
}

# Sets `jdk` to the JDK's folder. The order: BERTH_JAVA_HOME, JAVA_HOME, what the distribution installed, PATH.
find_jdk() {
  local candidate
  for candidate in "${BERTH_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
    if [[ -n $candidate ]] && is_jdk "$candidate"; then
      jdk=$candidate
      return 0
    fi
  done
  candidate=$(command -v java) || return 1
  candidate=$(readlink -f -- "$candidate")
  candidate=${candidate%/bin/java}
  is_jdk "$candidate" && jdk=$candidate
}

explain_jdk() {
  cat >&2 <<'END'
berth: no JDK 25 or later found. Looked at BERTH_JAVA_HOME, JAVA_HOME, /usr/lib/jvm/*25* and the java on the PATH.
Get one, then run the command again:
  Debian 13, Ubuntu 25.10 and later:   apt-get install openjdk-25-jdk-headless
  older Debian and Ubuntu:             add Eclipse Temurin's repository (https://adoptium.net/installation/linux),
                                       then apt-get install temurin-25-jdk
  Fedora, RHEL:                        dnf install java-25-openjdk-devel
  anywhere:                            unpack a JDK 25 and set BERTH_JAVA_HOME to its folder
END
}
