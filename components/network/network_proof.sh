# shellcheck shell=sh
# network-proof open|closed HOST:PORT...: ends when three times running every target was as expected.
expected=$1
shift

check() { # of HOST:PORT: whether it is as expected
  status=0
  seconds=$(curl --silent --noproxy '*' --output /dev/null --connect-timeout 2 --max-time 5 \
    --write-out '%{time_connect}' "http://$1/") || status=$?
  case $status:$seconds in
  6:*) found=unknown ;; # its name
  *:0.000000 | *:0) found=closed ;;
  *) found=open ;;
  esac
  [ "$found" = "$expected" ] || {
    echo "$1 is $found, and must be $expected"
    return 1
  }
}

right=0
while [ "$right" -lt 3 ]; do
  right=$((right + 1))
  checks=
  for target in "$@"; do
    check "$target" &
    checks="$checks $!"
  done
  for each in $checks; do
    wait "$each" || right=0
  done
  sleep 1
done
echo "$* $expected"
