#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#pragma GCC visibility push(hidden)

/// What a file descriptor is open for.
enum descriptor_kind {
    DESCRIPTOR_UNKNOWN,
    DESCRIPTOR_OTHER,
    DESCRIPTOR_SOCKET,
    /// SQLite's write-ahead log, `…-wal`.
    DESCRIPTOR_LOG,
    /// The index of the log, `…-shm`, with the locks of the connections.
    DESCRIPTOR_LOG_INDEX,
    /// SQLite's rollback journal, `…-journal`.
    DESCRIPTOR_JOURNAL,
};

enum call {
    CALL_READ,
    CALL_WRITE,
    CALL_SYNC,
    /// Takes a write lock on a range of bytes.
    CALL_LOCK,
    CALL_UNLOCK,
    CALL_UNLINK,
};

/// One system call of the worker, as the stages look at it.
struct operation {
    enum call call;
    /// -1 for a call that names a path.
    int descriptor;
    enum descriptor_kind kind;
    /// What is written, or where the bytes that are read go.
    const struct iovec *parts;
    int part_count;
    /// The range of a lock; a length of 0 means to the end.
    int64_t start;
    int64_t length;
    const char *path;
};

#pragma GCC visibility pop
