#pragma once

#include "operation.h"

#pragma GCC visibility push(hidden)

/// Sets the text of a request whose answer kills the process; false when it is empty or too long.
bool requests_configure(const char *deadly);

/// How many trigger requests have been answered.
unsigned long requests_answered(void);

void requests_before(const struct operation *operation);
void requests_after(const struct operation *operation, ssize_t result);

/// A socket is about to be closed.
void requests_forget(int descriptor);

#pragma GCC visibility pop
