/*
 * Preloaded into a program, lets its calls to a folder hang while a control file names them. A stand-in for a hung disk
 * where FUSE cannot be mounted. LD_HANGING_FOLDER: the folder, LD_HANGING_CONTROL: the folder of the control file `hang`.
 */
#define _GNU_SOURCE
#include <sys/uio.h>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static long raw(long number, long a, long b, long c, long d, long e, long f) {
  static long (*next)(long, ...);
  if (!next) next = dlsym(RTLD_NEXT, "syscall");
  return next(number, a, b, c, d, e, f);
}

static int hangs(const char *name) {
  char file[4096], names[256] = {0};
  const char *control = getenv("LD_HANGING_CONTROL");
  snprintf(file, sizeof file, "%s/hang", control ? control : "");
  int descriptor = raw(SYS_openat, AT_FDCWD, (long)file, O_RDONLY, 0, 0, 0);
  if (descriptor < 0) return 0;
  raw(SYS_read, descriptor, (long)names, sizeof names - 1, 0, 0, 0);
  raw(SYS_close, descriptor, 0, 0, 0, 0, 0);
  return strstr(names, "all") || strstr(names, name);
}

static int isBelow(const char *path) {
  const char *folder = getenv("LD_HANGING_FOLDER");
  if (!folder) return 0;
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == 0 || path[length] == '/');
}

static int isDescriptorBelow(int descriptor) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  long length = raw(SYS_readlinkat, AT_FDCWD, (long)link, (long)path, sizeof path - 1, 0, 0);
  if (length < 0) return 0;
  path[length] = 0;
  return isBelow(path);
}

static void hold(const char *name) {
  for (int held = 0; hangs(name); held = 1) {
    if (!held) {
      char file[4096];
      snprintf(file, sizeof file, "%s/hanging", getenv("LD_HANGING_CONTROL"));
      int descriptor = raw(SYS_openat, AT_FDCWD, (long)file, O_WRONLY | O_CREAT, 0600, 0, 0);
      if (descriptor >= 0) raw(SYS_close, descriptor, 0, 0, 0, 0, 0);
    }
    usleep(5000);
  }
}

static void holdPath(const char *name, const char *path) {
  int descriptor;
  if (!path) return;
  if (sscanf(path, "/proc/self/fd/%d", &descriptor) == 1 ? isDescriptorBelow(descriptor) : isBelow(path)) hold(name);
}

static void holdDescriptor(const char *name, int descriptor) {
  if (isDescriptorBelow(descriptor)) hold(name);
}

#define NEXT(function) __typeof__(&function) next = (__typeof__(&function))dlsym(RTLD_NEXT, #function)

#define OPEN(function)                                  \
  int function(const char *path, int flags, ...) {      \
    va_list rest;                                       \
    va_start(rest, flags);                              \
    int mode = va_arg(rest, int);                       \
    va_end(rest);                                       \
    NEXT(function);                                     \
    holdPath("open", path);                             \
    return next(path, flags, mode);                     \
  }
OPEN(open)
OPEN(open64)

#define BY_PATH(type, function, name, parameters, arguments) \
  type function parameters {                                 \
    NEXT(function);                                          \
    holdPath(name, path);                                    \
    return next arguments;                                   \
  }
BY_PATH(DIR *, opendir, "readdir", (const char *path), (path))
typedef int (*Chosen)(const struct dirent64 *);
typedef int (*Order)(const struct dirent64 **, const struct dirent64 **);
BY_PATH(int, scandir64, "readdir", (const char *path, struct dirent64 ***to, Chosen chosen, Order order), (path, to, chosen, order))
BY_PATH(int, mkdir, "mkdir", (const char *path, mode_t mode), (path, mode))
BY_PATH(int, rmdir, "rmdir", (const char *path), (path))
BY_PATH(int, unlink, "unlink", (const char *path), (path))
BY_PATH(int, rename, "rename", (const char *path, const char *to), (path, to))
BY_PATH(int, access, "access", (const char *path, int mode), (path, mode))
BY_PATH(char *, realpath, "getattr", (const char *path, char *resolved), (path, resolved))
BY_PATH(int, statfs, "statfs", (const char *path, struct statfs *buffer), (path, buffer))
BY_PATH(int, statfs64, "statfs", (const char *path, struct statfs64 *buffer), (path, buffer))

#define BY_DESCRIPTOR(type, function, name, parameters, arguments) \
  type function parameters {                                       \
    NEXT(function);                                                \
    holdDescriptor(name, descriptor);                              \
    return next arguments;                                         \
  }
BY_DESCRIPTOR(ssize_t, pread64, "read", (int descriptor, void *to, size_t size, off64_t at), (descriptor, to, size, at))
BY_DESCRIPTOR(ssize_t, pread, "read", (int descriptor, void *to, size_t size, off_t at), (descriptor, to, size, at))
BY_DESCRIPTOR(ssize_t, read, "read", (int descriptor, void *to, size_t size), (descriptor, to, size))
BY_DESCRIPTOR(ssize_t, write, "write", (int descriptor, const void *from, size_t size), (descriptor, from, size))
BY_DESCRIPTOR(ssize_t, writev, "write", (int descriptor, const struct iovec *from, int count), (descriptor, from, count))
BY_DESCRIPTOR(ssize_t, pwrite, "write", (int descriptor, const void *from, size_t size, off_t at), (descriptor, from, size, at))
BY_DESCRIPTOR(ssize_t, pwritev, "write", (int descriptor, const struct iovec *from, int count, off_t at), (descriptor, from, count, at))
BY_DESCRIPTOR(int, fsync, "fsync", (int descriptor), (descriptor))
BY_DESCRIPTOR(int, fdatasync, "fsync", (int descriptor), (descriptor))

/* libuv asks for stats by statx(2), through this function. */
long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
  long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_statx) {
    const char *path = (const char *)b;
    if (path && *path) holdPath("getattr", path);
    else holdDescriptor("getattr", (int)a);
  }
  return raw(number, a, b, c, d, e, f);
}
