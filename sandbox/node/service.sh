#!/bin/sh
# service.sh NAME: what runit runs for each service, in the service's folder. It becomes ./start.
set -eu
exec 2>&1
record=/run/services/$1

began() { # of a process: in clock ticks since the boot, or nothing
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

# A supervisor that was killed leaves its daemon running; two of them would fight for one port.
if [ -s "$record" ]; then
  read -r pid time <"$record"
  if [ "$(began "$pid")" = "$time" ]; then
    kill -9 "$pid"
    while [ "$(began "$pid")" = "$time" ] && ! grep -q ') Z' "/proc/$pid/stat"; do sleep 0.05; done
  fi
fi
echo "$$ $(began $$)" >"$record"
exec ./start
