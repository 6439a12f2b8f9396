/* A preloaded library that counts what a process does to the files under one folder, and at one chosen point kills it, answers
 * "no space", or writes every operation with its data to a log. Unarmed it only passes calls on. One thread at a time.
 * SQLite's shared-memory index is left out: it is mapped, not written, and rebuilt after a crash. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OFF, COUNT, KILL, FULL_ONCE, FULL_STICKY, LOG };
enum { CREATE = 1, TRUNCATE, WRITE, SYNC, RENAME, UNLINK, MKDIR, RMDIR, NOTE };
#define MAX_FD 4096

static char root[PATH_MAX];
static size_t root_length;
static int mode = OFF, log_fd = -1;
static long at, count;
static char *path_of[MAX_FD];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void fault_arm(const char *folder, int how, long when, const char *log_path) {
    strncpy(root, folder, sizeof root - 1);
    root_length = strlen(root);
    at = when;
    count = 0;
    if (how == LOG) log_fd = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    mode = how;
}

long fault_count(void) { return count; }
void fault_off(void) { mode = OFF; }

static void record(int op, const char *path, const char *other, int64_t offset, const void *data, uint64_t size) {
    if (mode != LOG) return;
    uint32_t small[3] = {(uint32_t)op, (uint32_t)strlen(path), (uint32_t)strlen(other)};
    uint64_t large[2] = {(uint64_t)offset, size};
    (void)!syscall(SYS_write, log_fd, small, sizeof small);
    (void)!syscall(SYS_write, log_fd, large, sizeof large);
    (void)!syscall(SYS_write, log_fd, path, strlen(path));
    (void)!syscall(SYS_write, log_fd, other, strlen(other));
    if (size) (void)!syscall(SYS_write, log_fd, data, size);
}

void fault_note(const char *text) { record(NOTE, text, "", 0, NULL, 0); }

static int is_watched(const char *path) {
    size_t length = strlen(path);
    if (mode == OFF || strncmp(path, root, root_length) != 0) return 0;
    return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static const char *absolute(int folder, const char *path, char *buffer) {
    if (path[0] == '/') return path;
    if (folder != AT_FDCWD && folder >= 0 && folder < MAX_FD && path_of[folder]) {
        snprintf(buffer, PATH_MAX, "%s/%s", path_of[folder], path);
        return buffer;
    }
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here)) return path;
    snprintf(buffer, PATH_MAX, "%s/%s", here, path);
    return buffer;
}

/* Passes one boundary. Returns 1 when the operation must fail for want of space. */
static int boundary(int needs_space) {
    count++;
    if (mode == KILL && count == at) kill(getpid(), SIGKILL);
    int full = (mode == FULL_ONCE && count == at) || (mode == FULL_STICKY && count >= at);
    if (full && needs_space) {
        errno = ENOSPC;
        return 1;
    }
    return 0;
}

static int opened(int folder, const char *path, int flags, mode_t permissions) {
    char buffer[PATH_MAX];
    const char *full = absolute(folder, path, buffer);
    int watched = is_watched(full), is_new = 0;
    if (watched && (flags & O_CREAT)) {
        struct stat status;
        is_new = stat(full, &status) != 0;
        if (is_new && boundary(1)) return -1;
    }
    if (watched && !is_new && (flags & O_TRUNC) && boundary(0)) return -1;
    int fd = (int)syscall(SYS_openat, folder, path, flags, permissions);
    if (fd >= 0 && fd < MAX_FD) {
        free(path_of[fd]);
        path_of[fd] = strdup(full);
        if (watched && is_new) record(CREATE, full, "", 0, NULL, 0);
        else if (watched && (flags & O_TRUNC)) record(TRUNCATE, full, "", 0, NULL, 0);
    }
    return fd;
}

#define PERMISSIONS                                              \
    mode_t permissions = 0;                                      \
    if (flags & (O_CREAT | __O_TMPFILE)) {                       \
        va_list rest;                                            \
        va_start(rest, flags);                                   \
        permissions = va_arg(rest, mode_t);                      \
        va_end(rest);                                            \
    }

int open(const char *path, int flags, ...) { PERMISSIONS return opened(AT_FDCWD, path, flags, permissions); }
int open64(const char *path, int flags, ...) { PERMISSIONS return opened(AT_FDCWD, path, flags | O_LARGEFILE, permissions); }
int openat(int folder, const char *path, int flags, ...) { PERMISSIONS return opened(folder, path, flags, permissions); }
int openat64(int folder, const char *path, int flags, ...) { PERMISSIONS return opened(folder, path, flags | O_LARGEFILE, permissions); }

int close(int fd) {
    if (fd >= 0 && fd < MAX_FD) {
        free(path_of[fd]);
        path_of[fd] = NULL;
    }
    return REAL(close)(fd);
}

static const char *watched_fd(int fd) {
    const char *path = fd >= 0 && fd < MAX_FD ? path_of[fd] : NULL;
    return path && is_watched(path) ? path : NULL;
}

ssize_t write(int fd, const void *data, size_t size) {
    const char *path = watched_fd(fd);
    if (path && boundary(1)) return -1;
    off_t offset = path ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t written = REAL(write)(fd, data, size);
    if (path && written > 0) record(WRITE, path, "", offset, data, (uint64_t)written);
    return written;
}

static ssize_t written_at(int fd, const void *data, size_t size, off_t offset) {
    const char *path = watched_fd(fd);
    if (path && boundary(1)) return -1;
    ssize_t written = syscall(SYS_pwrite64, fd, data, size, offset);
    if (path && written > 0) record(WRITE, path, "", offset, data, (uint64_t)written);
    return written;
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return written_at(fd, data, size, offset); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) { return written_at(fd, data, size, offset); }

static int truncated(int fd, off_t length) {
    const char *path = watched_fd(fd);
    if (path && boundary(0)) return -1;
    int result = (int)syscall(SYS_ftruncate, fd, length);
    if (path && result == 0) record(TRUNCATE, path, "", length, NULL, 0);
    return result;
}
int ftruncate(int fd, off_t length) { return truncated(fd, length); }
int ftruncate64(int fd, off64_t length) { return truncated(fd, length); }

static int synced(int fd, long call) {
    const char *path = watched_fd(fd);
    if (path && boundary(1)) return -1;
    int result = (int)syscall(call, fd);
    if (path && result == 0) record(SYNC, path, "", 0, NULL, 0);
    return result;
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int rename(const char *from, const char *to) {
    char a[PATH_MAX], b[PATH_MAX];
    const char *old = absolute(AT_FDCWD, from, a), *new = absolute(AT_FDCWD, to, b);
    int watched = is_watched(old) || is_watched(new);
    if (watched && boundary(1)) return -1;
    int result = REAL(rename)(from, to);
    if (watched && result == 0) record(RENAME, old, new, 0, NULL, 0);
    return result;
}

static int removed(const char *path, int op, int (*real)(const char *)) {
    char buffer[PATH_MAX];
    const char *full = absolute(AT_FDCWD, path, buffer);
    int watched = is_watched(full);
    if (watched && boundary(0)) return -1;
    int result = real(path);
    if (watched && result == 0) record(op, full, "", 0, NULL, 0);
    return result;
}
int unlink(const char *path) { return removed(path, UNLINK, REAL(unlink)); }
int rmdir(const char *path) { return removed(path, RMDIR, REAL(rmdir)); }

int mkdir(const char *path, mode_t permissions) {
    char buffer[PATH_MAX];
    const char *full = absolute(AT_FDCWD, path, buffer);
    int watched = is_watched(full);
    if (watched && boundary(1)) return -1;
    int result = REAL(mkdir)(path, permissions);
    if (watched && result == 0) record(MKDIR, full, "", 0, NULL, 0);
    return result;
}
