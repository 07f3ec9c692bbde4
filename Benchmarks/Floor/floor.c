// Options, clocks, the database, and the selection of the measurement.
#define _GNU_SOURCE
#include "floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

sqlite3 *db;
static int argument_count;
static char **arguments;

const char *text_option(const char *name, const char *otherwise) {
  size_t length = strlen(name);
  for (int i = 2; i < argument_count; i++)
    if (!strncmp(arguments[i], name, length) && arguments[i][length] == '=') return arguments[i] + length + 1;
  return otherwise;
}

int64_t int_option(const char *name, int64_t otherwise) {
  const char *text = text_option(name, NULL);
  return text ? atoll(text) : otherwise;
}

double now_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

int64_t wall_milliseconds(void) {
  struct timeval time;
  gettimeofday(&time, NULL);
  return (int64_t)time.tv_sec * 1000 + time.tv_usec / 1000;
}

void nap(double seconds) {
  if (seconds <= 0) return;
  struct timespec time = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
  nanosleep(&time, NULL);
}

void fail(const char *what) {
  fprintf(stderr, "floor: %s: %s\n", what, db ? sqlite3_errmsg(db) : "");
  exit(1);
}

void execute(const char *sql) {
  char *error = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &error)) {
    fprintf(stderr, "floor: %.200s: %s\n", sql, error);
    exit(1);
  }
}

sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL)) fail(sql);
  return statement;
}

void run(sqlite3_stmt *statement) {
  int code = sqlite3_step(statement);
  if (code != SQLITE_DONE && code != SQLITE_ROW) fail(sqlite3_sql(statement));
  sqlite3_reset(statement);
}

int64_t single(sqlite3_stmt *statement) {
  int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_reset(statement);
  return value;
}

void open_database(void) {
  if (sqlite3_open(text_option("db", "floor.db"), &db)) fail("open");
  sqlite3_busy_timeout(db, 10000);
  execute("PRAGMA journal_mode = WAL");
  execute("PRAGMA synchronous = FULL");
  execute("PRAGMA temp_store = MEMORY");
  execute("PRAGMA secure_delete = FAST");
  char cache[64];
  snprintf(cache, sizeof cache, "PRAGMA cache_size = -%lld", (long long)int_option("cache", 8192));
  execute(cache);
  execute(int_option("checkpoint", 0) ? "PRAGMA wal_autocheckpoint = 1000" : "PRAGMA wal_autocheckpoint = 0");
}

static int ascending(const void *one, const void *other) {
  double a = *(const double *)one, b = *(const double *)other;
  return a < b ? -1 : a > b;
}

double percentile(double *values, int64_t count, double share) {
  if (!count) return 0;
  qsort(values, count, sizeof *values, ascending);
  int64_t place = (int64_t)(share * count);
  return values[place < count ? place : count - 1];
}

static uint64_t scramble(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

void make_identity(char *buffer, int64_t number) { sprintf(buffer, "customer-%011lld", (long long)number); }

int make_data(char *buffer, int64_t number) {
  uint64_t a = scramble(number), b = scramble(a);
  return sprintf(buffer,
                 "{\"order\":\"%08llx\",\"total\":%lld.50,\"currency\":\"EUR\",\"items\":[{\"sku\":\"S-%06llx\","
                 "\"quantity\":2},{\"sku\":\"S-%06llx\",\"quantity\":1}],\"coupon\":null,\"note\":\"%016llx%016llx\","
                 "\"placed\":\"2026-05-12T09:00:00Z\"}",
                 (unsigned long long)(a >> 32), (long long)(number % 900 + 10), (unsigned long long)(a & 0xffffff),
                 (unsigned long long)(b & 0xffffff), (unsigned long long)a, (unsigned long long)b);
}

int main(int count, char **values) {
  argument_count = count;
  arguments = values;
  const char *what = count > 1 ? values[1] : "";
  if (!strcmp(what, "fill")) return fill();
  if (!strcmp(what, "drain")) return drain();
  if (!strcmp(what, "produce")) return produce();
  if (!strcmp(what, "insert")) return insert();
  if (!strcmp(what, "wake")) return wake();
  fprintf(stderr, "usage: floor fill|drain|produce|insert|wake name=value...\n");
  return 2;
}
