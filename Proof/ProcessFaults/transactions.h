#pragma once

#include "operation.h"

#pragma GCC visibility push(hidden)

void transactions_before(const struct operation *operation);
void transactions_after(const struct operation *operation, ssize_t result);

#pragma GCC visibility pop
