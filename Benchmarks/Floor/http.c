// HTTP/1.1 over keep-alive connections to the loopback, with the headers that the API requires.
#define _GNU_SOURCE
#include "floor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

int connect_to(int port) {
  int descriptor = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address)) fail("connect");
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

void send_request(int descriptor, const Batch *batch) {
  char head[1024];
  int head_count = snprintf(
      head, sizeof head,
      "POST /api/client/journeys/33/trigger HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sk_floor\r\n"
      "Spotzee-Version: 2026-04-28\r\nUser-Agent: floor\r\nIdempotency-Key: %s\r\nContent-Type: application/json\r\n"
      "Content-Length: %zu\r\n\r\n",
      batch->key, batch->body.count);
  struct iovec parts[2] = {{head, head_count}, {batch->body.bytes, batch->body.count}};
  int at = 0;
  while (at < 2) {
    ssize_t sent = writev(descriptor, parts + at, 2 - at);
    if (sent < 0) fail("send");
    for (; at < 2 && sent >= (ssize_t)parts[at].iov_len; at++) sent -= parts[at].iov_len;
    if (at < 2) {
      parts[at].iov_base = (char *)parts[at].iov_base + sent;
      parts[at].iov_len -= sent;
    }
  }
}

void receive_response(int descriptor) {
  char bytes[4096];
  size_t count = 0;
  for (;;) {
    ssize_t got = recv(descriptor, bytes + count, sizeof bytes - 1 - count, 0);
    if (got <= 0) fail("receive");
    count += got;
    bytes[count] = 0;
    char *end = strstr(bytes, "\r\n\r\n");
    if (!end) continue;
    char *length = strcasestr(bytes, "content-length:");
    if (count < (size_t)(end + 4 - bytes) + (length ? atoi(length + 15) : 0)) continue;
    if (strncmp(bytes, "HTTP/1.1 200", 12)) fail("status");
    return;
  }
}
