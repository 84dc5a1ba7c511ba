# The tools of the build: a JDK 25 and Maven. Sourced, after jdk.sh and packages.sh.

# Sets `jdk`. As root on Debian or Ubuntu it installs what is missing, elsewhere it says what to install and exits.
require_tools() {
  find_jdk || install_first_known openjdk-25-jdk-headless temurin-25-jdk || true
  find_jdk || { explain_jdk; exit 1; }
  if [[ ! -x $jdk/bin/javac ]]; then
    echo "berth: $jdk has no compiler; building needs a whole JDK, not only its run-time image" >&2
    exit 1
  fi
  command -v mvn >/dev/null || install_first_known maven || true
  if ! command -v mvn >/dev/null; then
    echo "berth: building needs Maven 3.8.7 or later: apt-get install maven, dnf install maven, or from maven.apache.org" >&2
    exit 1
  fi
}
