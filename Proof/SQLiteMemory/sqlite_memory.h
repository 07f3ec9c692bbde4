#include <sqlite3.h>

/// Keeps SQLite from counting its memory: the count is under one lock, which each allocation of any thread takes.
///
/// `sqlite3_config` is variadic, which Swift cannot call. To be called before SQLite is used; without effect afterwards.
/// Related SQLite documentation: https://www.sqlite.org/c3ref/c_config_covering_index_scan.html#sqliteconfigmemstatus
static inline void sqlite_leave_memory_uncounted(void) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
