// Claim, freeze and settle: only the statements and bytes that every worker must write.
#include "floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int journeys;
int64_t round_count;
static int rows_max, entrance;
static char *is_empty;
static int next_journey;
static int64_t fence, round_time;
static double last_checkpoint;
static sqlite3_stmt *begin, *commit, *moving, *still, *fence_now, *pick, *take_out, *freeze, *turn;

void append(Bytes *to, const void *bytes, size_t count) {
  if (to->count + count > to->room) {
    to->room = (to->count + count) * 2;
    to->bytes = realloc(to->bytes, to->room);
  }
  memcpy(to->bytes + to->count, bytes, count);
  to->count += count;
}

void append_text(Bytes *to, const char *text) { append(to, text, strlen(text)); }

void append_integer(Bytes *to, int64_t value) {
  char digits[24];
  int at = sizeof digits;
  do digits[--at] = '0' + value % 10;
  while (value /= 10);
  append(to, digits + at, sizeof digits - at);
}

void append_string(Bytes *to, const unsigned char *text, int count) {
  append(to, "\"", 1);
  int clean = 0;
  for (int i = 0; i < count; i++) {
    if (text[i] >= 0x20 && text[i] != '"' && text[i] != '\\') continue;
    char escape[8];
    append(to, text + clean, i - clean);
    append(to, escape, sprintf(escape, "\\u%04x", text[i]));
    clean = i + 1;
  }
  append(to, text + clean, count - clean);
  append(to, "\"", 1);
}

void prepare_statements(void) {
  journeys = int_option("journeys", 10);
  entrance = !strcmp(text_option("shape", "users"), "entrance");
  rows_max = entrance ? 1 : int_option("size", 100);
  is_empty = calloc(journeys, 1);
  last_checkpoint = now_seconds();
  begin = prepare("BEGIN IMMEDIATE");
  commit = prepare("COMMIT");
  moving = prepare("UPDATE outbox_meta SET value = 1 WHERE key = 'moving'");
  still = prepare("UPDATE outbox_meta SET value = 0 WHERE key = 'moving'");
  fence_now = prepare("SELECT value FROM outbox_meta WHERE key = 'fence'");
  pick = prepare("SELECT id, external_id, anonymous_id, email, profile, data, created_at FROM outbox "
                 "WHERE journey = ?1 AND scheduled_at IS NULL ORDER BY id LIMIT ?2");
  take_out = prepare("DELETE FROM outbox WHERE journey = ? AND scheduled_at IS NULL AND id BETWEEN ? AND ?");
  freeze = prepare("INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, first_id, "
                   "last_id, size, attempt, possibly_executed_since, due_at, frozen_at, sent_at, updated_at, members, "
                   "body) VALUES ('sending', ?1, ?2, ?3, 'floor', '', ?4, ?5, ?6, 1, ?7, ?7, ?7, ?7, ?7, ?8, ?9)");
  turn = prepare("UPDATE outbox_batch SET state = 'settled', outcome = 'delivered', settled_at = ?2, updated_at = ?2, "
                 "answers = ?3, request_id = ?4, body = NULL WHERE id = ?1 AND attempt = 1 AND state = 'sending'");
  execute("UPDATE outbox_meta SET value = value + 1 WHERE key = 'fence'");
  fence = single(fence_now);
}

void begin_round(void) {
  run(begin);
  if (single(fence_now) != fence) fail("fenced");
  run(moving);
  round_time = wall_milliseconds();
}

void end_round(void) {
  run(still);
  run(commit);
  round_count++;
}

// The interval and mode of the worker's checkpoints.
void checkpoint_if_due(void) {
  if (now_seconds() - last_checkpoint < 5) return;
  sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  last_checkpoint = now_seconds();
}

static void append_null_or_string(Bytes *to, sqlite3_stmt *row, int column) {
  const unsigned char *text = sqlite3_column_text(row, column);
  append(to, ",", 1);
  if (text) append_string(to, text, sqlite3_column_bytes(row, column));
  else append_text(to, "null");
}

static void append_place(Bytes *to, int64_t start, int64_t count) {
  append(to, ",", 1);
  if (count < 0) return append_text(to, "null,null");
  append_integer(to, start);
  append(to, ",", 1);
  append_integer(to, count);
}

// Appends one user to the request, and its entry with the position of its payload to the members.
static void append_row(Batch *batch, sqlite3_stmt *row) {
  static const char *names[] = {"\"external_id\":", "\"anonymous_id\":", "\"email\":"};
  Bytes *body = &batch->body, *members = &batch->members;
  append_text(body, entrance ? "{\"entrance_id\":42,\"user\":{" : batch->size ? ",{" : "{");
  int is_first = 1;
  for (int column = 1; column <= 3; column++) {
    const unsigned char *text = sqlite3_column_text(row, column);
    if (!text) continue;
    if (!is_first) append(body, ",", 1);
    append_text(body, names[column - 1]);
    append_string(body, text, sqlite3_column_bytes(row, column));
    is_first = 0;
  }
  int64_t profile_start = 0, profile_count = -1, data_start = 0, data_count = -1;
  const char *profile = (const char *)sqlite3_column_text(row, 4);
  if (profile) {
    profile_count = sqlite3_column_bytes(row, 4) - 2;
    append(body, ",", 1);
    profile_start = body->count;
    append(body, profile + 1, profile_count);
  }
  const char *data = (const char *)sqlite3_column_text(row, 5);
  if (entrance) append_text(body, data ? "},\"event\":" : "},\"event\":{}");
  else if (data) append_text(body, ",\"data\":");
  if (data) {
    data_count = sqlite3_column_bytes(row, 5);
    data_start = body->count;
    append(body, data, data_count);
  }
  append(body, "}", 1);
  append_text(members, batch->size ? ",[" : "[");
  append_integer(members, sqlite3_column_int64(row, 0));
  append_text(members, ",0,0");
  for (int column = 1; column <= 3; column++) append_null_or_string(members, row, column);
  append_text(members, ",null,null,null,null,");
  append_integer(members, sqlite3_column_int64(row, 6));
  append_text(members, ",null");
  append_place(members, profile_start, profile_count);
  append_place(members, data_start, data_count);
  append_text(members, ",null]");
}

static int claim(Batch *batch, int number) {
  char journey[32];
  sprintf(journey, "journey-%d", number);
  batch->size = 0;
  batch->body.count = batch->members.count = 0;
  if (!entrance) append_text(&batch->body, "{\"users\":[");
  append(&batch->members, "[", 1);
  sqlite3_bind_text(pick, 1, journey, -1, SQLITE_STATIC);
  sqlite3_bind_int(pick, 2, rows_max);
  int code;
  while ((code = sqlite3_step(pick)) == SQLITE_ROW) {
    batch->last = sqlite3_column_int64(pick, 0);
    if (!batch->size) batch->first = batch->last;
    append_row(batch, pick);
    batch->size++;
  }
  sqlite3_reset(pick);
  if (code != SQLITE_DONE) fail("claim");
  if (!batch->size) return 0;
  if (!entrance) append_text(&batch->body, "]}");
  append(&batch->members, "]", 1);
  sprintf(batch->key, "jo1-33-%lld-%lld-%d", (long long)batch->first, (long long)batch->last, batch->size);
  sqlite3_bind_text(take_out, 1, journey, -1, SQLITE_STATIC);
  sqlite3_bind_int64(take_out, 2, batch->first);
  sqlite3_bind_int64(take_out, 3, batch->last);
  run(take_out);
  static const char target[] =
      "{\"journey\":33,\"url\":\"http://127.0.0.1/api/client\",\"version\":\"2026-04-28\"}";
  sqlite3_bind_text(freeze, 1, journey, -1, SQLITE_STATIC);
  sqlite3_bind_text(freeze, 2, batch->key, -1, SQLITE_STATIC);
  sqlite3_bind_text(freeze, 3, target, -1, SQLITE_STATIC);
  sqlite3_bind_int64(freeze, 4, batch->first);
  sqlite3_bind_int64(freeze, 5, batch->last);
  sqlite3_bind_int(freeze, 6, batch->size);
  sqlite3_bind_int64(freeze, 7, round_time);
  sqlite3_bind_text(freeze, 8, batch->members.bytes, batch->members.count, SQLITE_STATIC);
  sqlite3_bind_blob(freeze, 9, batch->body.bytes, batch->body.count, SQLITE_STATIC);
  run(freeze);
  batch->id = sqlite3_last_insert_rowid(db);
  return batch->size;
}

int claim_any(Batch *batch) {
  for (int tries = 0; tries < journeys; tries++) {
    int number = next_journey;
    next_journey = (next_journey + 1) % journeys;
    if (is_empty[number]) continue;
    if (claim(batch, number)) return 1;
    is_empty[number] = 1;
  }
  return 0;
}

void settle(const Batch *batch) {
  char answer[160];
  int count = sprintf(answer, "[{\"attempt\":1,\"at\":%lld,\"status\":200,\"code\":null,\"message\":null,"
                      "\"request_id\":\"req_0\"}]", (long long)round_time);
  sqlite3_bind_int64(turn, 1, batch->id);
  sqlite3_bind_int64(turn, 2, round_time);
  sqlite3_bind_text(turn, 3, answer, count, SQLITE_STATIC);
  sqlite3_bind_text(turn, 4, "req_0", -1, SQLITE_STATIC);
  run(turn);
  if (sqlite3_changes(db) != 1) fail("settle");
}
