# Installing Debian packages, for the build and for ./verify. Sourced.

can_install() {
  [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null
}

# Keeps packages from starting their services while they are installed: nothing of what is needed here is a service.
without_services() {
  local policy=/usr/sbin/policy-rc.d status=0 ours=''
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    ours=yes
  fi
  "$@" || status=$?
  [[ -z $ours ]] || rm -f "$policy"
  return "$status"
}

is_known() {
  [[ -n $(apt-cache show --no-all-versions "$1" 2>/dev/null) ]]
}

is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

install_packages() {
  echo "installing: $*" >&2
  DEBIAN_FRONTEND=noninteractive without_services \
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" >&2
}

# Installs the first of the named packages that the distribution has.
install_first_known() {
  local name
  can_install || return 1
  apt-get update -qq >&2 || echo "apt-get update failed; going on with the package lists that are here" >&2
  for name in "$@"; do
    if is_known "$name"; then
      install_packages "$name"
      return
    fi
  done
  return 1
}
