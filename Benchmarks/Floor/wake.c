// Measures the time from a commit to the first byte of its request. Producer and server are one process with one clock.
#define _GNU_SOURCE
#include "floor.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { connections_max = 64 };
static struct pollfd polls[connections_max];
static int poll_count;

static void listen_on(int port) {
  int descriptor = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(descriptor, (struct sockaddr *)&address, sizeof address) || listen(descriptor, 64)) fail("listen");
  polls[poll_count++] = (struct pollfd){.fd = descriptor, .events = POLLIN};
}

static void answer(int descriptor) {
  static const char text[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: req_0\r\n"
                             "Content-Length: 16\r\n\r\n{\"success\":true}";
  if (write(descriptor, text, sizeof text - 1) < 0) fail("answer");
}

// Returns the time of the first byte of the next request, reads the request and answers it. Negative after a timeout.
static double next_request(double seconds) {
  char bytes[1 << 16];
  for (double end = now_seconds() + seconds; now_seconds() < end;) {
    if (poll(polls, poll_count, 100) <= 0) continue;
    if (polls[0].revents && poll_count < connections_max)
      polls[poll_count++] = (struct pollfd){.fd = accept(polls[0].fd, NULL, NULL), .events = POLLIN};
    for (int i = 1; i < poll_count; i++) {
      if (!polls[i].revents) continue;
      double came = now_seconds();
      size_t count = 0;
      ssize_t got;
      while ((got = read(polls[i].fd, bytes + count, sizeof bytes - 1 - count)) > 0) {
        count += got;
        bytes[count] = 0;
        char *head_end = strstr(bytes, "\r\n\r\n"), *length = strcasestr(bytes, "content-length:");
        if (head_end && count >= (size_t)(head_end + 4 - bytes) + (length ? atoi(length + 15) : 0)) {
          answer(polls[i].fd);
          return came;
        }
      }
      close(polls[i].fd);
      polls[i--] = polls[--poll_count];
    }
  }
  return -1;
}

// mode=commits measures from each commit; mode=first prints when the first request came, on the monotonic clock.
int wake(void) {
  listen_on(int_option("port", 0));
  if (!strcmp(text_option("mode", "commits"), "first")) {
    printf("{\"listening\":true}\n");
    fflush(stdout);
    printf("{\"first\":%.6f}\n", next_request(60));
    return 0;
  }
  open_database();
  int count = int_option("count", 200), done = 0;
  double pause = atof(text_option("pause", "0.05")), latencies[10000], fsyncs[10000];
  sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
  sqlite3_stmt *intent = prepare("INSERT INTO outbox (journey, external_id, data) VALUES ('journey-0', ?, ?)");
  for (int i = 0; i < count && i < 10000; i++) {
    char identity[64], data[512];
    nap(pause * (0.5 + i % 10 / 10.0));
    make_identity(identity, 700000000 + i);
    run(begin);
    sqlite3_bind_text(intent, 1, identity, -1, SQLITE_STATIC);
    sqlite3_bind_text(intent, 2, data, make_data(data, i), SQLITE_STATIC);
    run(intent);
    double before = now_seconds();
    run(commit);
    double committed = now_seconds(), came = next_request(10);
    if (came < 0) fail("no request came");
    fsyncs[done] = committed - before;
    latencies[done++] = came - committed;
  }
  printf("{\"commits\":%d,\"p50\":%.6f,\"p99\":%.6f,\"max\":%.6f,\"commit_p50\":%.6f}\n", done,
         percentile(latencies, done, 0.5), percentile(latencies, done, 0.99), percentile(latencies, done, 1),
         percentile(fsyncs, done, 0.5));
  return 0;
}
