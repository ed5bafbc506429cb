#!/bin/sh
# The services of compose.yaml, started when their files are there.
set -eu
tries=600
until [ -f /stack/ready ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "composed.sh: the container files has not made /stack/ready within 60 s" >&2; exit 4; }
    sleep 0.1
done
cd /stack/dirac
exec python /rssbench/dirac_side/tornado_launcher.py --cfg /stack/dirac/etc/dirac.cfg
