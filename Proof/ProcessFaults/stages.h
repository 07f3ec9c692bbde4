#pragma once

#include "operation.h"

#pragma GCC visibility push(hidden)

enum stage {
    STAGE_NONE,
    STAGE_CLAIMING,
    STAGE_FROZEN,
    STAGE_ANSWERED,
    STAGE_SETTLED,
};

/// Reads `stage:n`; false when it is not understood.
bool stage_configure(const char *text);

/// Counts a visit of a stage, and stops the process when it is the one that was asked for.
///
/// The calling thread goes no further before SIGCONT. Other threads stop as soon as the kernel reaches them.
void stage_reached(enum stage stage);

#pragma GCC visibility pop
