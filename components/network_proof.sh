# network-proof open|closed HOST:PORT...: ends when three times running every target was as expected.
expected=$1
shift

state() { # of HOST:PORT: open, closed, or unknown when its name is
  status=0
  seconds=$(curl --silent --insecure --noproxy '*' --output /dev/null --connect-timeout 2 --max-time 5 \
    --write-out '%{time_connect}' "https://$1/") || status=$?
  case $status:$seconds in
  6:*) echo unknown ;;
  *:0.000000 | *:0) echo closed ;;
  *) echo open ;;
  esac
}

right=0
while [ "$right" -lt 3 ]; do
  right=$((right + 1))
  for target in "$@"; do
    found=$(state "$target")
    if [ "$found" != "$expected" ]; then
      echo "$target is $found, and must be $expected"
      right=0
    fi
  done
  sleep 1
done
echo "$* $expected"
