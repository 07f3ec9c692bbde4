// Drains the outbox at full speed, without HTTP or over it.
#include "floor.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t rows, requests;

// Settles the batches of the last round and claims the next ones, in one transaction. It is as short as the worker's:
// after 10 ms nothing more is claimed.
static void drain_without_http(int group, int64_t limit) {
  double held_max = int_option("held", 10) * 1e-3;
  Batch *batches = calloc(group, sizeof *batches);
  int open = 0;
  do {
    begin_round();
    double begun = now_seconds();
    for (int i = 0; i < open; i++) {
      settle(&batches[i]);
      rows += batches[i].size;
    }
    open = 0;
    while (rows < limit && open < group && (!open || now_seconds() - begun < held_max) && claim_any(&batches[open]))
      open++;
    end_round();
    requests += open;
    checkpoint_if_due();
  } while (open);
}

// One transaction settles all answered batches and gives every idle connection a new one.
static void drain_over_http(int connections, int port, int64_t limit) {
  Batch *batches = calloc(connections, sizeof *batches);
  struct pollfd *polls = calloc(connections, sizeof *polls);
  char *is_busy = calloc(connections, 1), *is_answered = calloc(connections, 1);
  int *descriptors = calloc(connections, sizeof *descriptors), *started = calloc(connections, sizeof *started);
  for (int i = 0; i < connections; i++) descriptors[i] = connect_to(port);
  for (int flying = 0;;) {
    int start_count = 0;
    begin_round();
    for (int i = 0; i < connections; i++) {
      if (!is_answered[i]) continue;
      settle(&batches[i]);
      rows += batches[i].size;
      is_answered[i] = 0;
    }
    for (int i = 0; i < connections; i++)
      if (!is_busy[i] && rows < limit && claim_any(&batches[i])) {
        is_busy[i] = 1;
        started[start_count++] = i;
      }
    end_round();
    for (int i = 0; i < start_count; i++) send_request(descriptors[started[i]], &batches[started[i]]);
    requests += start_count;
    flying += start_count;
    checkpoint_if_due();
    if (!flying) break;
    for (int i = 0; i < connections; i++)
      polls[i] = (struct pollfd){.fd = is_busy[i] ? descriptors[i] : -1, .events = POLLIN};
    if (poll(polls, connections, -1) < 0) fail("poll");
    for (int i = 0; i < connections; i++)
      if (is_busy[i] && polls[i].revents) {
        receive_response(descriptors[i]);
        is_busy[i] = 0;
        is_answered[i] = 1;
        flying--;
      }
  }
}

int drain(void) {
  open_database();
  prepare_statements();
  int port = int_option("port", 0);
  int64_t limit = int_option("limit", INT64_MAX);
  double start = now_seconds(), start_cpu = cpu_seconds();
  if (port) drain_over_http(int_option("connections", 16), port, limit);
  else drain_without_http(int_option("group", 32), limit);
  double took = now_seconds() - start, cpu = cpu_seconds() - start_cpu;
  printf("{\"rows\":%lld,\"requests\":%lld,\"rounds\":%lld,\"seconds\":%.4f,\"cpu\":%.4f}\n", (long long)rows,
         (long long)requests, (long long)round_count, took, cpu);
  return 0;
}
