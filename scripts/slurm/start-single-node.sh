#!/usr/bin/env bash
# Starts Slurm on one machine for trying job arrays out: munge, controller and node daemon, with a configuration made for this machine.
#
#   sudo scripts/slurm/start-single-node.sh [FOLDER]        begin; FOLDER (default /var/tmp/slurm-single-node) holds configuration, state and logs
#   sudo scripts/slurm/start-single-node.sh --stop [FOLDER]
#
# Debian: apt-get install slurm-wlm munge. A cluster has its own Slurm; this is none to leave running on a network.
set -euo pipefail

stop=
if [ "${1:-}" = --stop ]; then
    stop=1
    shift
fi
folder=${1:-/var/tmp/slurm-single-node}
[ "$(id -u)" = 0 ] || { echo "The daemons are started as root." >&2; exit 1; }
for program in munged slurmctld slurmd sbatch; do
    command -v "$program" > /dev/null || { echo "'$program' is missing; on Debian: apt-get install slurm-wlm munge" >&2; exit 1; }
done

end() {
    [ -f "$1" ] && kill "$(cat "$1")" 2> /dev/null || true
}

if [ -n "$stop" ]; then
    end "$folder/slurmd.pid"
    end "$folder/slurmctld.pid"
    exit 0
fi

mkdir -p "$folder/state" "$folder/spool"
host=$(hostname -s)
memory=$(awk '/MemTotal/ { print int($2 / 1024 * 0.9) }' /proc/meminfo)

# No cgroups, no accounting: both need more than one machine's administrator may give. A requeued job waits for its credential to expire, so that it is short-lived here.
cat > "$folder/slurm.conf" <<CONF
ClusterName=single
SlurmctldHost=$host
AuthType=auth/munge
AuthInfo=cred_expire=10
SlurmUser=root
SlurmdUser=root
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=5,sched_interval=5
JobRequeue=1
KillWait=15
ReturnToService=2
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
SlurmdParameters=config_overrides
NodeName=$host CPUs=$(nproc) RealMemory=$memory State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$folder/slurm.conf

mkdir -p /run/munge /var/lib/munge /var/log/munge
chown munge:munge /run/munge /var/lib/munge /var/log/munge
if [ ! -s /etc/munge/munge.key ]; then
    mkdir -p /etc/munge
    (umask 077 && head -c 1024 /dev/urandom > /etc/munge/munge.key)
    chown -R munge:munge /etc/munge
fi
munge -n > /dev/null 2>&1 || su munge -s /bin/sh -c munged
for _ in $(seq 20); do
    munge -n > /dev/null 2>&1 && break
    sleep 0.5
done
munge -n > /dev/null || { echo "munge does not run." >&2; exit 1; }

scontrol ping > /dev/null 2>&1 || slurmctld -c
slurmd -N "$host" > /dev/null 2>&1 || slurmd
for _ in $(seq 40); do
    sinfo -h -o %t 2> /dev/null | grep -qE 'idle|mix|alloc' && break
    sleep 0.5
done
sinfo
echo "export SLURM_CONF=$SLURM_CONF"
