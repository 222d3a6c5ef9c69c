/** Bytes from which glibc maps memory on its own and gives it back as soon as it is freed; most chunks of a body have more. */
const mapped = 32 * 1024;

/** Unused bytes at the end of its heap beyond which glibc gives them back. */
const trimmed = 128 * 1024;

/**
 * The environment with which a process that serves requests must be started, so that it gives memory back after a burst:
 * glibc otherwise keeps what was freed between small blocks that are still in use, in an arena for each thread (mallopt(3)).
 * It reads these variables when a process starts; other C libraries ignore them. Let what is already set override them.
 */
export function mallocSettings(): Readonly<Record<string, string>> {
  return {
    MALLOC_ARENA_MAX: '2',
    MALLOC_MMAP_THRESHOLD_: String(mapped),
    MALLOC_TRIM_THRESHOLD_: String(trimmed),
  };
}
