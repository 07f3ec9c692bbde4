#ifdef __linux__
#define _GNU_SOURCE
#include "descriptors.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static _Atomic unsigned char kinds[DESCRIPTOR_MAX];

bool has_suffix(const char *text, size_t length, const char *suffix) {
    size_t count = strlen(suffix);
    return length >= count && memcmp(text + length - count, suffix, count) == 0;
}

static enum descriptor_kind look_up(int descriptor) {
    char link[32];
    char name[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, name, sizeof name);
    if (count < 0) return DESCRIPTOR_OTHER;
    size_t length = (size_t)count;
    if (length >= 7 && memcmp(name, "socket:", 7) == 0) return DESCRIPTOR_SOCKET;
    if (has_suffix(name, length, "-wal")) return DESCRIPTOR_LOG;
    if (has_suffix(name, length, "-shm")) return DESCRIPTOR_LOG_INDEX;
    if (has_suffix(name, length, "-journal")) return DESCRIPTOR_JOURNAL;
    return DESCRIPTOR_OTHER;
}

enum descriptor_kind descriptor_kind(int descriptor) {
    if (descriptor < 0 || descriptor >= DESCRIPTOR_MAX) return DESCRIPTOR_OTHER;
    enum descriptor_kind kind = (enum descriptor_kind)atomic_load(&kinds[descriptor]);
    if (kind == DESCRIPTOR_UNKNOWN) {
        kind = look_up(descriptor);
        atomic_store(&kinds[descriptor], (unsigned char)kind);
    }
    return kind;
}

void descriptor_forget(int descriptor) {
    if (descriptor >= 0 && descriptor < DESCRIPTOR_MAX) atomic_store(&kinds[descriptor], DESCRIPTOR_UNKNOWN);
}
#endif
