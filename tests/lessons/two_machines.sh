#!/bin/sh
# Runs a program of lesson 16 on K nodes that MPI finds by itself:
#
#   two_machines.sh K PROGRAM [ARGUMENT...]
#
# A node is a set of namespaces: a network with an address on a bridge, a host
# name, and a /dev/shm of its own. Only process ids are common to all, so one
# meter can read every rank. mpirun starts its daemon on a node as it does with
# ssh, by a command that gets the node's address.
#
# Ends with the status of the program, or with 77 and the reason if this machine
# cannot make such nodes. Removes what it has made, however it ends.
set -u

skip() {
  printf '%s\n' "$*" >&2
  exit 77
}
nodes=$1
shift
[ "$(id -u)" -eq 0 ] || skip 'only root can make network namespaces'
for tool in ip nsenter unshare mpirun; do
  command -v $tool >/dev/null || skip "there is no $tool here"
done

id=$$
subnet=10.$((200 + id / 256 % 50)).$((id % 256))
folder=$(mktemp -d) || exit 1
holders=
clean_up() {
  trap - EXIT INT TERM
  for holder in $holders; do kill -KILL "$holder" 2>/dev/null; done
  wait
  for node in $(seq "$nodes"); do ip netns del "cow$id-$node" 2>/dev/null; done
  ip link del "cow$id" 2>/dev/null
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

{
  ip link add "cow$id" type bridge && ip link set "cow$id" up
} 2>"$folder/why" || skip "no bridge: $(cat "$folder/why")"
for node in $(seq "$nodes"); do
  space=cow$id-$node
  {
    ip netns add "$space" &&
      ip link add "v$id-$node" type veth peer name eth0 netns "$space" &&
      ip link set "v$id-$node" master "cow$id" up &&
      ip -n "$space" addr add "$subnet.$node/24" dev eth0 &&
      ip -n "$space" link set eth0 up && ip -n "$space" link set lo up
  } 2>"$folder/why" || skip "no network for a node: $(cat "$folder/why")"
  mkfifo "$folder/ready$node"
  ip netns exec "$space" unshare --uts --ipc --mount sh -c "
    hostname cow-node-$node && mount -t tmpfs none /dev/shm &&
      echo ready >'$folder/ready$node' || echo 'no host name' >'$folder/ready$node'
    exec sleep infinity" 2>"$folder/why" &
  holder=$!
  holders="$holders $holder"
  [ "$(cat "$folder/ready$node")" = ready ] ||
    skip "no name or /dev/shm for a node: $(cat "$folder/why")"
  printf '%s slots=%s\n' "$subnet.$node" 64 >>"$folder/hosts"
  printf '%s) holder=%s ;;\n' "$subnet.$node" "$holder" >>"$folder/cases"
done

# What mpirun runs in place of ssh: agent ADDRESS COMMAND...
{
  printf '#!/bin/sh\ncase $1 in\n'
  cat "$folder/cases"
  printf 'esac\nshift\nexec nsenter -t $holder -n -u -i -m sh -c "$*"\n'
} >"$folder/agent"
chmod +x "$folder/agent"

# Ranks go to the nodes in turn: --oversubscribe would fill the first.
OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$folder/agent \
  OMPI_MCA_orte_default_hostfile=$folder/hosts \
  OMPI_MCA_rmaps_base_mapping_policy=node \
  OMPI_MCA_oob_tcp_if_include=$subnet.0/24 \
  OMPI_MCA_btl_tcp_if_include=$subnet.0/24 \
  TMPDIR=$folder \
  nsenter -t "${holders##* }" -n -u -i -m "$@"
