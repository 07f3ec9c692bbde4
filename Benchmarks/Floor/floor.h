// The floor: the least work on the outbox's schema that still keeps its guarantees.
#ifndef FLOOR_H
#define FLOOR_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

// Options have the form name=value. A missing option has its default value.
const char *text_option(const char *name, const char *otherwise);
int64_t int_option(const char *name, int64_t otherwise);

double now_seconds(void);
double cpu_seconds(void);
int64_t wall_milliseconds(void);
void nap(double seconds);
void fail(const char *what);

// The database, opened as the worker opens it: synchronous=FULL, no automatic checkpoint.
extern sqlite3 *db;
void open_database(void);
void execute(const char *sql);
sqlite3_stmt *prepare(const char *sql);
void run(sqlite3_stmt *statement);
int64_t single(sqlite3_stmt *statement);

// Rows of about 220 bytes: an identity and a JSON object.
void make_identity(char *buffer, int64_t number);
int make_data(char *buffer, int64_t number);

// Sorted in place; `share` between 0 and 1.
double percentile(double *values, int64_t count, double share);

// A growing array of bytes.
typedef struct {
  char *bytes;
  size_t count, room;
} Bytes;
void append(Bytes *to, const void *bytes, size_t count);
void append_text(Bytes *to, const char *text);
void append_integer(Bytes *to, int64_t value);
void append_string(Bytes *to, const unsigned char *text, int count);

// One frozen request.
typedef struct {
  int64_t id, first, last;
  int size;
  char key[64];
  Bytes body, members;
} Batch;

// Claims and freezes the next batch; the journeys take turns. Returns 0 when nothing is left.
void prepare_statements(void);
int claim_any(Batch *batch);
void settle(const Batch *batch);
void begin_round(void);
void end_round(void);
void checkpoint_if_due(void);
extern int journeys;
extern int64_t round_count;

// One connection to the null server.
int connect_to(int port);
void send_request(int descriptor, const Batch *batch);
void receive_response(int descriptor);

int fill(void);
int drain(void);
int produce(void);
int insert(void);
int wake(void);

#endif
