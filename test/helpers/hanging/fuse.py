"""A folder seen through FUSE, whose calls hang while a control file names them. Arguments: source, mount point, control folder."""

import errno
import os
import sys
import time

try:
    from fusepy import FUSE, FuseOSError, Operations
except ImportError:  # Elsewhere than on Debian.
    from fuse import FUSE, FuseOSError, Operations

source, point, control = sys.argv[1:]


class Hanging(Operations):
    def __call__(self, op, path, *args):
        marked = False
        while self.hangs(op):
            if not marked:
                open(os.path.join(control, "hanging"), "w").close()
                marked = True
            time.sleep(0.005)
        if not hasattr(self, op):
            raise FuseOSError(errno.ENOSYS)
        try:
            return getattr(self, op)(source + path, *args)
        except OSError as error:
            raise FuseOSError(error.errno)

    @staticmethod
    def hangs(op):
        try:
            with open(os.path.join(control, "hang")) as file:
                names = file.read().split()
        except FileNotFoundError:
            return False
        return "all" in names or op in names

    def init(self, path):
        pass

    def destroy(self, path):
        pass

    def access(self, path, mode):
        if not os.access(path, mode):
            raise OSError(errno.EACCES, path)

    def getattr(self, path, fh=None):
        found = os.lstat(path)
        names = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_atime", "st_mtime", "st_ctime", "st_ino")
        return {name: getattr(found, name) for name in names}

    def readdir(self, path, fh):
        return [".", "..", *os.listdir(path)]

    def statfs(self, path):
        found = os.statvfs(path)
        names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_frsize", "f_namemax")
        return {name: getattr(found, name) for name in names}

    def readlink(self, path):
        return os.readlink(path)

    def mkdir(self, path, mode):
        return os.mkdir(path, mode)

    def rmdir(self, path):
        return os.rmdir(path)

    def unlink(self, path):
        return os.unlink(path)

    def rename(self, path, new):
        return os.rename(path, source + new)

    def chmod(self, path, mode):
        return os.chmod(path, mode)

    def chown(self, path, uid, gid):
        return os.chown(path, uid, gid)

    def utimens(self, path, times=None):
        return os.utime(path, times)

    def open(self, path, flags):
        return os.open(path, flags)

    def create(self, path, mode, fi=None):
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def truncate(self, path, length, fh=None):
        os.truncate(path, length)

    def read(self, path, size, offset, fh):
        return os.pread(fh, size, offset)

    def write(self, path, data, offset, fh):
        return os.pwrite(fh, data, offset)

    def flush(self, path, fh):
        pass

    def fsync(self, path, datasync, fh):
        os.fsync(fh)

    def fsyncdir(self, path, datasync, fh):
        pass

    def release(self, path, fh):
        os.close(fh)


# Nothing is kept, so that every call of a program reaches this one.
FUSE(Hanging(), point, foreground=True, direct_io=True, attr_timeout=0, entry_timeout=0, use_ino=True, allow_other=False)
