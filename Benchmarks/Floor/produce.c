// A producer that commits orders, with or without an outbox row in the same transaction.
#include "floor.h"

#include <stdio.h>
#include <stdlib.h>

static const char insert_intent[] = "INSERT INTO outbox (journey, external_id, data) VALUES (?, ?, ?)";

static void bind_intent(sqlite3_stmt *insert, int64_t number, int journey_count, char *journey, char *identity, char *data) {
  sprintf(journey, "journey-%lld", (long long)(number % journey_count));
  make_identity(identity, 500000000 + number);
  sqlite3_bind_text(insert, 1, journey, -1, SQLITE_STATIC);
  sqlite3_bind_text(insert, 2, identity, -1, SQLITE_STATIC);
  sqlite3_bind_text(insert, 3, data, make_data(data, number), SQLITE_STATIC);
}

// rate=0 commits without a pause; latency is counted from when a commit was due.
int produce(void) {
  open_database();
  int has_intent = int_option("outbox", 1), journey_count = int_option("journeys", 10);
  double rate = atof(text_option("rate", "0")), seconds = atof(text_option("seconds", "10"));
  int64_t room = rate > 0 ? (int64_t)(rate * seconds) + 1 : 10000000, count = 0;
  double *latencies = malloc(room * sizeof *latencies);
  sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
  sqlite3_stmt *order = prepare("INSERT INTO orders (customer, body) VALUES (?, ?)");
  sqlite3_stmt *intent = has_intent ? prepare(insert_intent) : NULL;
  double start = now_seconds();
  while (count < room && now_seconds() - start < seconds) {
    double due = rate > 0 ? start + count / rate : now_seconds();
    nap(due - now_seconds());
    char journey[32], identity[64], data[512];
    make_identity(identity, count);
    run(begin);
    sqlite3_bind_text(order, 1, identity, -1, SQLITE_STATIC);
    sqlite3_bind_text(order, 2, data, make_data(data, count), SQLITE_STATIC);
    run(order);
    if (intent) {
      bind_intent(intent, count, journey_count, journey, identity, data);
      run(intent);
    }
    run(commit);
    latencies[count++] = now_seconds() - due;
  }
  double took = now_seconds() - start;
  printf("{\"commits\":%lld,\"seconds\":%.4f,\"p50\":%.6f,\"p99\":%.6f,\"p999\":%.6f,\"max\":%.6f}\n",
         (long long)count, took, percentile(latencies, count, 0.5), percentile(latencies, count, 0.99),
         percentile(latencies, count, 0.999), percentile(latencies, count, 1));
  return 0;
}

// Inserts only intents, a number of them in each transaction.
int insert(void) {
  open_database();
  int64_t rows = int_option("rows", 100000), per = int_option("per", 100);
  sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT"), *intent = prepare(insert_intent);
  double start = now_seconds(), start_cpu = cpu_seconds();
  for (int64_t row = 0; row < rows; row++) {
    char journey[32], identity[64], data[512];
    if (row % per == 0) run(begin);
    bind_intent(intent, row, 10, journey, identity, data);
    run(intent);
    if (row % per == per - 1 || row == rows - 1) run(commit);
  }
  printf("{\"rows\":%lld,\"seconds\":%.4f,\"cpu\":%.4f}\n", (long long)rows, now_seconds() - start,
         cpu_seconds() - start_cpu);
  return 0;
}
