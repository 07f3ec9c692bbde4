#ifdef __linux__
#define _GNU_SOURCE
#include "requests.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "descriptors.h"
#include "stages.h"

enum { DEADLY_MAX = 127 };

/// What a connection is doing. One request is open on a connection at a time.
enum exchange_state {
    /// Nothing that matters: it is new, or the last answer has begun to arrive.
    EXCHANGE_IDLE,
    /// A trigger request has been counted, and no byte of it has been written.
    EXCHANGE_BEGUN,
    /// Bytes of a trigger request have been written.
    EXCHANGE_SENT,
};

/// Only the thread of a connection uses its entry. Atomics make it visible to the thread that uses the descriptor next.
static struct {
    _Atomic unsigned char state;
    /// How many bytes of the deadly text the request's bytes end with; all of them once it has contained it.
    _Atomic unsigned char matched;
} exchanges[DESCRIPTOR_MAX];

static atomic_ulong answered;

static unsigned char deadly[DEADLY_MAX];
static size_t deadly_length;
/// For each length of a match, the longest shorter match that it ends with (Knuth, Morris and Pratt).
static unsigned char shorter[DEADLY_MAX + 1];

bool requests_configure(const char *text) {
    size_t length = strlen(text);
    if (length == 0 || length > DEADLY_MAX) return false;
    memcpy(deadly, text, length);
    deadly_length = length;
    for (size_t end = 1, matched = 0; end < length; end++) {
        while (matched && deadly[end] != deadly[matched]) matched = shorter[matched];
        if (deadly[end] == deadly[matched]) matched++;
        shorter[end + 1] = (unsigned char)matched;
    }
    return true;
}

unsigned long requests_answered(void) { return atomic_load(&answered); }

void requests_forget(int descriptor) {
    if (descriptor >= 0 && descriptor < DESCRIPTOR_MAX) atomic_store(&exchanges[descriptor].state, EXCHANGE_IDLE);
}

/// Whether bytes are the beginning of a trigger request.
static bool is_trigger(const struct iovec *part) {
    if (part->iov_len < 5 || memcmp(part->iov_base, "POST ", 5) != 0) return false;
    const char *end = memchr(part->iov_base, '\r', part->iov_len);
    size_t length = end ? (size_t)(end - (const char *)part->iov_base) : part->iov_len;
    return memmem(part->iov_base, length, "/trigger", 8) != NULL;
}

/// Looks for the deadly text in the first bytes of the parts, where they continue what was written before.
static void look_for_deadly_text(const struct operation *operation, size_t written) {
    size_t matched = atomic_load(&exchanges[operation->descriptor].matched);
    for (int index = 0; index < operation->part_count && written > 0; index++) {
        const unsigned char *bytes = operation->parts[index].iov_base;
        size_t count = operation->parts[index].iov_len;
        if (count > written) count = written;
        written -= count;
        for (size_t at = 0; at < count && matched < deadly_length; at++) {
            while (matched && bytes[at] != deadly[matched]) matched = shorter[matched];
            if (bytes[at] == deadly[matched]) matched++;
        }
    }
    atomic_store(&exchanges[operation->descriptor].matched, (unsigned char)matched);
}

void requests_before(const struct operation *operation) {
    if (operation->call != CALL_WRITE || operation->kind != DESCRIPTOR_SOCKET || operation->part_count < 1) return;
    // A request that the kernel had no room for is written again, and was counted then.
    if (atomic_load(&exchanges[operation->descriptor].state) == EXCHANGE_BEGUN) return;
    if (!is_trigger(operation->parts)) return;
    atomic_store(&exchanges[operation->descriptor].matched, 0);
    atomic_store(&exchanges[operation->descriptor].state, EXCHANGE_BEGUN);
    stage_reached(STAGE_FROZEN);
}

void requests_after(const struct operation *operation, ssize_t result) {
    if (operation->kind != DESCRIPTOR_SOCKET || result <= 0) return;
    unsigned char state = atomic_load(&exchanges[operation->descriptor].state);
    if (operation->call == CALL_WRITE && state != EXCHANGE_IDLE) {
        if (deadly_length > 0) look_for_deadly_text(operation, (size_t)result);
        atomic_store(&exchanges[operation->descriptor].state, EXCHANGE_SENT);
    } else if (operation->call == CALL_READ && state == EXCHANGE_SENT) {
        atomic_store(&exchanges[operation->descriptor].state, EXCHANGE_IDLE);
        if (deadly_length > 0 && atomic_load(&exchanges[operation->descriptor].matched) == deadly_length) raise(SIGKILL);
        atomic_fetch_add(&answered, 1);
        stage_reached(STAGE_ANSWERED);
    }
}
#endif
