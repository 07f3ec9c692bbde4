// A loopback HTTP/1.1 server that reads each request completely and accepts it. Usage: nullserver PORT
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { head_max = 8192 };

typedef struct {
  int descriptor;
  size_t body_left, head_count;
  char head[head_max + 1];
} Connection;

static const char answer_text[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: req_0\r\n"
                                  "Content-Length: 16\r\n\r\n{\"success\":true}";

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int answer(Connection *connection) {
  return write(connection->descriptor, answer_text, sizeof answer_text - 1) == sizeof answer_text - 1;
}

// Receives bytes. Returns 0 when the connection must be closed.
static int take(Connection *connection, const char *bytes, size_t count) {
  while (count) {
    if (connection->body_left) {
      size_t part = count < connection->body_left ? count : connection->body_left;
      connection->body_left -= part;
      bytes += part;
      count -= part;
      if (!connection->body_left && !answer(connection)) return 0;
      continue;
    }
    size_t before = connection->head_count, part = head_max - before;
    if (part > count) part = count;
    memcpy(connection->head + before, bytes, part);
    connection->head[before + part] = 0;
    char *end = strstr(connection->head, "\r\n\r\n");
    if (!end) {
      connection->head_count += part;
      bytes += part;
      count -= part;
      if (connection->head_count == head_max) return 0;
      continue;
    }
    size_t used = end + 4 - connection->head - before;
    bytes += used;
    count -= used;
    end[2] = 0;
    char *length = strcasestr(connection->head, "\r\ncontent-length:");
    connection->body_left = length ? strtoul(length + 17, NULL, 10) : 0;
    connection->head_count = 0;
    if (!connection->body_left && !answer(connection)) return 0;
  }
  return 1;
}

int main(int count, char **values) {
  int port = count > 1 ? atoi(values[1]) : 0, on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  // The server must not survive its parent process.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 512)) die("listen");
  socklen_t size = sizeof address;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  int poll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN}, events[64];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  static char bytes[1 << 18];
  for (;;) {
    int ready = epoll_wait(poll, events, 64, -1);
    for (int i = 0; i < ready; i++) {
      Connection *connection = events[i].data.ptr;
      if (!connection) {
        connection = calloc(1, sizeof *connection);
        connection->descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (connection->descriptor < 0) die("accept");
        setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        event.data.ptr = connection;
        epoll_ctl(poll, EPOLL_CTL_ADD, connection->descriptor, &event);
        continue;
      }
      ssize_t got = read(connection->descriptor, bytes, sizeof bytes);
      if (got < 0 && errno == EAGAIN) continue;
      if (got > 0 && take(connection, bytes, got)) continue;
      close(connection->descriptor);
      free(connection);
    }
  }
}
