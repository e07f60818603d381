#!/usr/bin/env bash
# Starts a real Slurm cluster of three nodes on this machine's loopback, for tests: munge, slurmctld and three slurmd.
# Debian packages: slurm-wlm munge. Needs root. Prints the nodes when they are idle. Stop it with ./stop.
#   usage: start [STATE_DIR]        (default /tmp/slurm/cl; SLURM_CONF is STATE_DIR/slurm.conf)
set -euo pipefail
state=${1:-/tmp/slurm/cl}
host=$(hostname -s)
mkdir -p "$state/ctld" /run/munge
chown munge: /run/munge
pgrep -x munged >/dev/null || runuser -u munge -- munged --force
cat >"$state/slurm.conf" <<CONF
ClusterName=iyagi
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmUser=root
StateSaveLocation=$state/ctld
SlurmdSpoolDir=$state/spool.%n
SlurmctldPidFile=$state/ctld.pid
SlurmdPidFile=$state/slurmd.%n.pid
SlurmctldLogFile=$state/ctld.log
SlurmdLogFile=$state/slurmd.%n.log
SelectType=select/cons_tres
NodeName=n[1-3] NodeHostname=$host NodeAddr=127.0.0.1 Port=[17001-17003] CPUs=2 State=UNKNOWN
PartitionName=lessons Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:8
CONF
export SLURM_CONF=$state/slurm.conf
slurmctld
sleep 1
for n in n1 n2 n3; do slurmd -N "$n"; done
for _ in $(seq 60); do
  [ "$(sinfo -h -o %D -t idle 2>/dev/null || true)" = 3 ] && { sinfo; echo "export SLURM_CONF=$SLURM_CONF"; exit 0; }
  sleep 0.5
done
echo "slurm: the nodes did not come up; see $state/*.log" >&2
exit 1
