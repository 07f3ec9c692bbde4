// Creates a database with the outbox's migrations and a backlog of a given distribution.
#include "floor.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

static char *contents(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) fail(path);
  fseek(file, 0, SEEK_END);
  long count = ftell(file);
  rewind(file);
  char *text = malloc(count + 1);
  if (fread(text, 1, count, file) != (size_t)count) fail(path);
  text[count] = 0;
  fclose(file);
  return text;
}

static void migrate(const char *folder) {
  DIR *directory = opendir(folder);
  if (!directory) fail(folder);
  char *names[1000], path[4096];
  int count = 0;
  for (struct dirent *entry; (entry = readdir(directory)) && count < 1000;)
    if (strstr(entry->d_name, ".up.sql")) names[count++] = strdup(entry->d_name);
  closedir(directory);
  qsort(names, count, sizeof *names, by_name);
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    char *sql = contents(path);
    execute(sql);
    free(sql);
  }
}

// Drops the guard trigger while valid rows are inserted in bulk, and returns its SQL to create it again.
static char *take_guard(void) {
  sqlite3_stmt *find = prepare("SELECT sql FROM sqlite_master WHERE name = 'outbox_guard'");
  if (sqlite3_step(find) != SQLITE_ROW) fail("no guard");
  char *sql = strdup((const char *)sqlite3_column_text(find, 0));
  sqlite3_finalize(find);
  execute("DROP TRIGGER outbox_guard");
  return sql;
}

// scenario=even|scheduled|waiting|contact|key|journey: what nine tenths of the rows are, or 99 of 100 for `journey`.
int fill(void) {
  int64_t rows = int_option("rows", 100000), journey_count = int_option("journeys", 10);
  const char *scenario = text_option("scenario", "even");
  open_database();
  execute("PRAGMA synchronous = OFF");
  execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, body TEXT NOT NULL)");
  execute("BEGIN");
  migrate(text_option("migrations", "migrations"));
  char *guard = take_guard();
  sqlite3_stmt *ready = prepare("INSERT INTO outbox (journey, external_id, data, ordering_key, scheduled_at, created_at) "
                                "VALUES (?, ?, ?, ?, ?, ?)");
  sqlite3_stmt *waiting =
      prepare("INSERT INTO outbox_waiting (id, journey, external_id, data, created_at, state, attempts, epoch, due_at, "
              "updated_at) VALUES (?, ?, ?, ?, ?6, 'retrying', 1, 1, ?5, ?6)");
  int64_t created = wall_milliseconds();
  for (int64_t i = 0; i < rows; i++) {
    char journey[32], identity[64], data[512];
    // 90 of each 100 consecutive rows, so that every journey has both kinds.
    int is_many = i % 100 < 90;
    int64_t number = i % journey_count;
    if (!strcmp(scenario, "journey")) number = i % 100 < 99 ? 0 : 1 + i / 100 % (journey_count - 1);
    sprintf(journey, "journey-%lld", (long long)number);
    make_identity(identity, i);
    if (!strcmp(scenario, "contact") && is_many) make_identity(identity, 999999999);
    int length = make_data(data, i);
    sqlite3_stmt *insert = !strcmp(scenario, "waiting") && is_many ? waiting : ready;
    int at = 1;
    if (insert == waiting) sqlite3_bind_int64(insert, at++, 1000000000 + i);
    sqlite3_bind_text(insert, at++, journey, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, at++, identity, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, at++, data, length, SQLITE_STATIC);
    if (insert == waiting) {
      sqlite3_bind_int64(insert, at++, created + 86400000);
      sqlite3_bind_int64(insert, at++, created);
    } else {
      if (!strcmp(scenario, "key") && is_many) sqlite3_bind_text(insert, at, "the-key", -1, SQLITE_STATIC);
      else sqlite3_bind_null(insert, at);
      at++;
      if (!strcmp(scenario, "scheduled") && is_many) sqlite3_bind_int64(insert, at, created + 86400000 + i);
      else sqlite3_bind_null(insert, at);
      at++;
      sqlite3_bind_int64(insert, at++, created);
    }
    run(insert);
    if (i % 500000 == 499999) execute("COMMIT; BEGIN");
  }
  execute(guard);
  execute("COMMIT");
  execute("PRAGMA wal_checkpoint(TRUNCATE)");
  printf("{\"rows\":%lld}\n", (long long)rows);
  return 0;
}
