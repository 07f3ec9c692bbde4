#ifdef __linux__
#define _GNU_SOURCE
#include "transactions.h"

#include <stdatomic.h>
#include <string.h>

#include "descriptors.h"
#include "requests.h"
#include "stages.h"

/// The byte of the `-shm` file whose lock is WAL_WRITE_LOCK (https://www.sqlite.org/walformat.html#wal_locks).
static const int64_t wal_write_lock = 120;
/// The byte of the database file whose lock is RESERVED (https://www.sqlite.org/lockingv3.html).
static const int64_t reserved_byte = 0x40000001;

/// The write transaction of this process. SQLite's lock allows one at a time, so that one thread at a time writes here.
static struct {
    atomic_bool is_open;
    /// The descriptor of the database with a rollback journal; -1 with a write-ahead log.
    atomic_int database;
    /// How many requests had been answered when it began.
    atomic_ulong answers;
    atomic_bool is_claim;
    atomic_bool is_written;
    /// A commit needs only the release of the lock to be seen.
    atomic_bool is_durable;
} transaction;

/// How many answers had come before the last transaction that was counted as settling some.
static atomic_ulong settled_answers;

static bool covers(const struct operation *lock, int64_t byte) {
    return lock->start <= byte && (lock->length == 0 || byte < lock->start + lock->length);
}

/// Whether the lock of an operation is SQLite's write lock.
static bool is_write_lock(const struct operation *lock) {
    return covers(lock, lock->kind == DESCRIPTOR_LOG_INDEX ? wal_write_lock : reserved_byte);
}

/// Whether an operation writes pages of the open transaction, and not only what a rollback needs.
static bool writes_pages(const struct operation *operation) {
    if (operation->call != CALL_WRITE || !atomic_load(&transaction.is_open)) return false;
    int database = atomic_load(&transaction.database);
    return database < 0 ? operation->kind == DESCRIPTOR_LOG : operation->descriptor == database;
}

/// Whether bytes have the row of `sqlite_sequence` with the last id of `outbox_batch`.
///
/// The row is a record of two columns: the length of its header, 3; the type of the name, a text of 12 bytes; the type
/// of the id, an integer (https://www.sqlite.org/fileformat2.html#record_format).
static bool has_batch_sequence(const struct iovec *part) {
    static const char name[] = "outbox_batch";
    enum { HEADER = 3, NAME = sizeof name - 1, TEXT_TYPE = 13 + 2 * NAME, INTEGER_TYPE_MAX = 9 };
    const unsigned char *start = part->iov_base;
    const unsigned char *end = start + part->iov_len;
    for (const unsigned char *at = start; (at = memmem(at, (size_t)(end - at), name, NAME)); at += NAME) {
        if (at - start >= HEADER && at[-3] == HEADER && at[-2] == TEXT_TYPE && at[-1] >= 1
            && at[-1] <= INTEGER_TYPE_MAX)
            return true;
    }
    return false;
}

static void begin(const struct operation *lock) {
    if (atomic_load(&transaction.is_open)) return;
    atomic_store(&transaction.database, lock->kind == DESCRIPTOR_LOG_INDEX ? -1 : lock->descriptor);
    atomic_store(&transaction.answers, requests_answered());
    atomic_store(&transaction.is_claim, false);
    atomic_store(&transaction.is_written, false);
    atomic_store(&transaction.is_durable, false);
    atomic_store(&transaction.is_open, true);
}

static void end(const struct operation *lock) {
    int database = atomic_load(&transaction.database);
    if (database < 0 ? lock->kind != DESCRIPTOR_LOG_INDEX : lock->descriptor != database) return;
    if (!atomic_exchange(&transaction.is_open, false) || !atomic_load(&transaction.is_durable)) return;
    unsigned long answers = atomic_load(&transaction.answers);
    if (atomic_exchange(&settled_answers, answers) < answers) stage_reached(STAGE_SETTLED);
}

void transactions_before(const struct operation *operation) {
    if (!writes_pages(operation)) return;
    for (int index = 0; index < operation->part_count; index++) {
        if (atomic_load(&transaction.is_claim) || !has_batch_sequence(&operation->parts[index])) continue;
        atomic_store(&transaction.is_claim, true);
        stage_reached(STAGE_CLAIMING);
    }
}

void transactions_after(const struct operation *operation, ssize_t result) {
    if (result < 0) return;
    switch (operation->call) {
    case CALL_LOCK:
        if (is_write_lock(operation)) begin(operation);
        break;
    case CALL_UNLOCK:
        if (is_write_lock(operation)) end(operation);
        break;
    case CALL_WRITE:
        if (!writes_pages(operation)) break;
        atomic_store(&transaction.is_written, true);
        atomic_store(&transaction.is_durable, false);
        break;
    case CALL_SYNC:
        // The log of a checkpoint is synced under the same lock; nothing has been written to it then.
        if (operation->kind == DESCRIPTOR_LOG && atomic_load(&transaction.is_open)
            && atomic_load(&transaction.database) < 0 && atomic_load(&transaction.is_written))
            atomic_store(&transaction.is_durable, true);
        break;
    case CALL_UNLINK:
        // The removal of its journal commits a transaction, or has rolled it back before it wrote a page.
        if (has_suffix(operation->path, strlen(operation->path), "-journal") && atomic_load(&transaction.is_open)
            && atomic_load(&transaction.database) >= 0 && atomic_load(&transaction.is_written))
            atomic_store(&transaction.is_durable, true);
        break;
    case CALL_READ:
        break;
    }
}
#endif
