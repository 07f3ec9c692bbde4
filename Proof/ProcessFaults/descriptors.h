#pragma once

#include "operation.h"

#pragma GCC visibility push(hidden)

/// Descriptors from here on are never recognised.
enum { DESCRIPTOR_MAX = 4096 };

/// What a descriptor is open for: looked up once, and then remembered until it is closed.
enum descriptor_kind descriptor_kind(int descriptor);

/// Forgets a descriptor that is about to be closed, or that has just been opened.
void descriptor_forget(int descriptor);

/// Whether a path or the name of a link ends with a suffix.
bool has_suffix(const char *text, size_t length, const char *suffix);

#pragma GCC visibility pop
