#ifdef __linux__
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "descriptors.h"
#include "requests.h"
#include "stages.h"
#include "transactions.h"

/// Whether this process is a worker with a fault. It is set before the process has a second thread.
static bool is_active;

// MARK: The replaced functions

/// The functions of libc that this file replaces, and where each is found.
#define REPLACED(X)                                                                                                    \
    X(read) X(readv) X(recv) X(recvmsg) X(write) X(writev) X(pwrite) X(pwrite64) X(send) X(sendmsg) X(fsync)           \
    X(fdatasync) X(fcntl) X(fcntl64) X(unlink) X(open) X(open64) X(openat) X(openat64) X(close)

#define SLOT(name) static void *_Atomic slot_##name;
REPLACED(SLOT)

static void *found(void *_Atomic *slot, const char *name) {
    void *function = atomic_load_explicit(slot, memory_order_acquire);
    if (!function) {
        function = dlsym(RTLD_NEXT, name);
        if (!function) abort();
        atomic_store_explicit(slot, function, memory_order_release);
    }
    return function;
}

#define REAL(name) ((__typeof__(&name))found(&slot_##name, #name))

// MARK: Start

static void refuse(const char *variable) {
    static const char text[] = ": not understood by Proof/ProcessFaults\n";
    if (REAL(write)(STDERR_FILENO, variable, strlen(variable)) >= 0)
        (void)!REAL(write)(STDERR_FILENO, text, sizeof text - 1);
    _exit(64);
}

static bool is_worker(int count, char **arguments) {
    if (count < 2) return false;
    const char *slash = strrchr(arguments[0], '/');
    const char *program = slash ? slash + 1 : arguments[0];
    return strcmp(program, "journey-outbox") == 0
        && (strcmp(arguments[1], "run") == 0 || strcmp(arguments[1], "drain") == 0);
}

__attribute__((constructor)) static void start(int count, char **arguments) {
    // After this, no function is looked up in a signal handler or beside another thread.
#define FIND(name) found(&slot_##name, #name);
    REPLACED(FIND)
    const char *stop = getenv("PROCESS_FAULTS_STOP");
    const char *text = getenv("PROCESS_FAULTS_KILL");
    if (!is_worker(count, arguments) || (!stop && !text)) return;
    if (stop && !stage_configure(stop)) refuse("PROCESS_FAULTS_STOP");
    if (text && !requests_configure(text)) refuse("PROCESS_FAULTS_KILL");
    is_active = true;
}

// MARK: Looks

static void before(struct operation *operation) {
    int error = errno;
    if (operation->descriptor >= 0) operation->kind = descriptor_kind(operation->descriptor);
    requests_before(operation);
    transactions_before(operation);
    errno = error;
}

static void after(const struct operation *operation, ssize_t result) {
    int error = errno;
    requests_after(operation, result);
    transactions_after(operation, result);
    errno = error;
}

/// Makes a call between the two looks at it.
#define WATCHED(operation_, call_)                                                                                     \
    do {                                                                                                               \
        if (!is_active) return call_;                                                                                  \
        struct operation operation = operation_;                                                                       \
        before(&operation);                                                                                            \
        __typeof__(call_) result = call_;                                                                              \
        after(&operation, (ssize_t)result);                                                                            \
        return result;                                                                                                 \
    } while (0)

static struct operation transfer(enum call call, int descriptor, const struct iovec *parts, size_t count) {
    return (struct operation){.call = call, .descriptor = descriptor, .parts = parts, .part_count = (int)count};
}

static struct iovec part(const void *bytes, size_t count) {
    return (struct iovec){.iov_base = (void *)(uintptr_t)bytes, .iov_len = count};
}

// MARK: Transfers

ssize_t read(int descriptor, void *bytes, size_t count) {
    struct iovec only = part(bytes, count);
    WATCHED(transfer(CALL_READ, descriptor, &only, 1), REAL(read)(descriptor, bytes, count));
}

ssize_t readv(int descriptor, const struct iovec *parts, int count) {
    WATCHED(transfer(CALL_READ, descriptor, parts, (size_t)count), REAL(readv)(descriptor, parts, count));
}

ssize_t recv(int descriptor, void *bytes, size_t count, int flags) {
    struct iovec only = part(bytes, count);
    WATCHED(transfer(CALL_READ, descriptor, &only, 1), REAL(recv)(descriptor, bytes, count, flags));
}

ssize_t recvmsg(int descriptor, struct msghdr *message, int flags) {
    WATCHED(
        transfer(CALL_READ, descriptor, message->msg_iov, message->msg_iovlen),
        REAL(recvmsg)(descriptor, message, flags));
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    struct iovec only = part(bytes, count);
    WATCHED(transfer(CALL_WRITE, descriptor, &only, 1), REAL(write)(descriptor, bytes, count));
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    WATCHED(transfer(CALL_WRITE, descriptor, parts, (size_t)count), REAL(writev)(descriptor, parts, count));
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    struct iovec only = part(bytes, count);
    WATCHED(transfer(CALL_WRITE, descriptor, &only, 1), REAL(pwrite)(descriptor, bytes, count, offset));
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    struct iovec only = part(bytes, count);
    WATCHED(transfer(CALL_WRITE, descriptor, &only, 1), REAL(pwrite64)(descriptor, bytes, count, offset));
}

ssize_t send(int descriptor, const void *bytes, size_t count, int flags) {
    struct iovec only = part(bytes, count);
    WATCHED(transfer(CALL_WRITE, descriptor, &only, 1), REAL(send)(descriptor, bytes, count, flags));
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags) {
    WATCHED(
        transfer(CALL_WRITE, descriptor, message->msg_iov, message->msg_iovlen),
        REAL(sendmsg)(descriptor, message, flags));
}

// MARK: Files

int fsync(int descriptor) { WATCHED(transfer(CALL_SYNC, descriptor, NULL, 0), REAL(fsync)(descriptor)); }

int fdatasync(int descriptor) { WATCHED(transfer(CALL_SYNC, descriptor, NULL, 0), REAL(fdatasync)(descriptor)); }

int unlink(const char *path) {
    WATCHED(
        ((struct operation){.call = CALL_UNLINK, .descriptor = -1, .kind = DESCRIPTOR_OTHER, .path = path}),
        REAL(unlink)(path));
}

/// Whether a command of fcntl(2) takes or releases a lock of a range. A read lock that replaces a write lock is no
/// release: SQLite releases the bytes that matter here by F_UNLCK.
static bool changes_lock(int command, const void *argument) {
    if (command != F_SETLK && command != F_SETLKW && command != F_OFD_SETLK && command != F_OFD_SETLKW) return false;
    const struct flock *lock = argument;
    return lock->l_whence == SEEK_SET && lock->l_type != F_RDLCK;
}

static struct operation locking(int descriptor, const void *argument) {
    const struct flock *lock = argument;
    return (struct operation){
        .call = lock->l_type == F_WRLCK ? CALL_LOCK : CALL_UNLOCK, .descriptor = descriptor,
        .start = lock->l_start, .length = lock->l_len};
}

_Static_assert(sizeof(struct flock) == sizeof(struct flock64), "fcntl and fcntl64 take the same lock");

/// The argument of fcntl(2), an integer or a pointer, is passed on in the register that it came in.
#define FCNTL(name)                                                                                                    \
    int name(int descriptor, int command, ...) {                                                                       \
        va_list list;                                                                                                  \
        va_start(list, command);                                                                                       \
        void *argument = va_arg(list, void *);                                                                         \
        va_end(list);                                                                                                  \
        if (!changes_lock(command, argument)) return REAL(name)(descriptor, command, argument);                        \
        WATCHED(locking(descriptor, argument), REAL(name)(descriptor, command, argument));                             \
    }

FCNTL(fcntl)
FCNTL(fcntl64)

// MARK: Descriptors

static int opened(int descriptor) {
    if (is_active) descriptor_forget(descriptor);
    return descriptor;
}

#define MODE(mode, flags)                                                                                              \
    mode_t mode = 0;                                                                                                   \
    if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) {                                                   \
        va_list list;                                                                                                  \
        va_start(list, flags);                                                                                         \
        mode = va_arg(list, mode_t);                                                                                   \
        va_end(list);                                                                                                  \
    }

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        MODE(mode, flags)                                                                                              \
        return opened(REAL(name)(path, flags, mode));                                                                  \
    }

#define OPENAT(name)                                                                                                   \
    int name(int folder, const char *path, int flags, ...) {                                                           \
        MODE(mode, flags)                                                                                              \
        return opened(REAL(name)(folder, path, flags, mode));                                                          \
    }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int close(int descriptor) {
    if (is_active) {
        requests_forget(descriptor);
        descriptor_forget(descriptor);
    }
    return REAL(close)(descriptor);
}
#endif
