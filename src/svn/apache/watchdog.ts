/** The descriptor of the lifeline in the watchdog: its other end is held by this server alone. */
export const lifelineDescriptor = 3;

/** The environment variable that holds the text of Apache's configuration file. */
export const configurationVariable = 'DAVGATE_CONFIGURATION';

/** Where the script writes that text. */
export function configurationFile(runtimeFolder: string): string {
  return `${runtimeFolder}/httpd.conf`;
}

/**
 * A POSIX shell script that runs Apache and outlives nobody. Arguments: the runtime folder, the seconds between TERM
 * and KILL, then Apache's command. It must lead its own process group. It makes the runtime folder itself, so that
 * there is no moment at which the folder is there and nobody to remove it.
 *
 * - The lifeline ends, however this server ended, or a TERM comes: TERM to Apache, after the grace KILL.
 * - Apache ends: the script ends with its status. Apache's workers outlive a main process that was killed, so then
 *   the whole group is killed, the script with it.
 * - The script says nothing itself: it would die of SIGPIPE when nobody reads any more.
 * - The script itself is killed: the reader kills the group when the lifeline ends.
 */
export const watchdogScript = `
runtime=$1
grace=$2
shift 2
(
  umask 077 && mkdir -- "$runtime" &&
    printf '%s' "$${configurationVariable}" >"${configurationFile('$runtime')}"
) || exit 1
unset ${configurationVariable}
apache=
ending=
end() {
  ending=1
  test -z "$apache" || kill -s TERM "$apache"
}
trap end TERM HUP INT
"$@" 3<&- &
apache=$!
exec >/dev/null 2>&1
test -z "$ending" || end
(
  while read -r line <&3; do :; done
  kill -s TERM $$ || kill -s KILL 0
) &
reader=$!
exec 3<&-
killer=
while :; do
  wait "$apache"
  status=$?
  test "$status" -eq 127 && break
  kill -0 "$apache" || break
  if test -n "$ending" && test -z "$killer"; then
    ( sleep "$grace"; kill -s KILL "$apache" ) &
    killer=$!
  fi
done
trap '' TERM HUP INT
rm -rf -- "$runtime"
test "$status" -gt 128 && kill -s KILL 0
if test -n "$ending"; then kill -s TERM 0; else kill "$reader"; fi
wait
exit "$status"
`;

/** A script that kills what is left of the process group in its argument. */
export const sweepScript = 'kill -s KILL -- "-$1"';
