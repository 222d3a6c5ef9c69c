/** The descriptor of the lifeline in the watchdog; only this server holds the other end. */
export const lifelineDescriptor = 3;

/** The environment variable with the text of Apache's configuration file. */
export const configurationVariable = 'DAVGATE_CONFIGURATION';

/** The file to which the script writes that text. */
export function configurationFile(runtimeFolder: string): string {
  return `${runtimeFolder}/httpd.conf`;
}

/**
 * A POSIX shell script that runs Apache and never outlives this server. Arguments: the runtime folder, the seconds
 * between TERM and KILL, then Apache's command. It must lead its own process group. It creates the runtime folder
 * itself, so that there is always a process that will remove the folder.
 *
 * - If the lifeline ends, however this server ended, or a TERM arrives: it sends TERM to Apache, and KILL after the
 *   grace period.
 * - If Apache ends: it ends with Apache's status. Apache's workers outlive a main process that was killed, so in that
 *   case it kills the whole group, including itself.
 * - The script itself prints nothing: it would die of SIGPIPE when nobody reads any more.
 * - If the script itself is killed: the reader kills the group when the lifeline ends.
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
