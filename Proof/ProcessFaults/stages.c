#ifdef __linux__
#define _GNU_SOURCE
#include "stages.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    [STAGE_CLAIMING] = "claiming",
    [STAGE_FROZEN] = "frozen",
    [STAGE_ANSWERED] = "answered",
    [STAGE_SETTLED] = "settled",
};

// Both are written before the process has a second thread.
static enum stage wanted = STAGE_NONE;
static unsigned long wanted_visit;
static atomic_ulong visits;

bool stage_configure(const char *text) {
    const char *colon = strchr(text, ':');
    if (!colon || colon[1] < '1' || colon[1] > '9') return false;
    char *end;
    wanted_visit = strtoul(colon + 1, &end, 10);
    if (*end) return false;
    size_t length = (size_t)(colon - text);
    for (enum stage stage = STAGE_CLAIMING; stage <= STAGE_SETTLED; stage++) {
        if (strlen(names[stage]) == length && memcmp(names[stage], text, length) == 0) wanted = stage;
    }
    return wanted != STAGE_NONE;
}

void stage_reached(enum stage stage) {
    if (stage != wanted) return;
    // raise(3) sends the signal to this thread, which therefore does not return from it before SIGCONT.
    if (atomic_fetch_add(&visits, 1) + 1 == wanted_visit) raise(SIGSTOP);
}
#endif
