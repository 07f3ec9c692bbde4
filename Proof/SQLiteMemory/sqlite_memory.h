#include <sqlite3.h>

/// Disables SQLite's memory statistics. Every allocation of every thread takes one lock for them.
///
/// Swift cannot call `sqlite3_config`, because it is variadic. The call has no effect after SQLite has been initialized.
/// Related SQLite documentation: https://www.sqlite.org/c3ref/c_config_covering_index_scan.html#sqliteconfigmemstatus
static inline void sqlite_disable_memory_statistics(void) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
