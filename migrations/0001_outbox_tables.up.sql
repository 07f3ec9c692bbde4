-- What the outbox remembers about itself: one value a key.
-- `moving` is 1 only inside a worker's own transaction, and is how the delete trigger tells its moves from a cancel.
CREATE TABLE outbox_meta (
  key TEXT PRIMARY KEY NOT NULL,
  value
) WITHOUT ROWID;

INSERT INTO outbox_meta (key, value) VALUES ('schema_version', 1), ('moving', 0), ('fence', 0);

-- Public: what producers insert into. A row is here from its commit until a worker takes it out, and never returns.
-- AUTOINCREMENT, since the table is empty most of the time and an id must never be given twice.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  journey TEXT NOT NULL,
  external_id TEXT,
  anonymous_id TEXT,
  email TEXT,
  profile TEXT,
  data TEXT,
  ordering_key TEXT,
  dedup_key TEXT,
  scheduled_at INTEGER,
  expires_at INTEGER,
  traceparent TEXT,
  created_at INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
);

-- Two partial indexes, so that a claim reads the head of a journey without passing over rows that are not due.
CREATE INDEX outbox_ready ON outbox (journey, id) WHERE scheduled_at IS NULL;
CREATE INDEX outbox_scheduled ON outbox (journey, scheduled_at) WHERE scheduled_at IS NOT NULL;

-- Which dedup keys are taken, from the insert until the intent's record is pruned; cancelling frees the key.
CREATE TABLE outbox_dedup (
  journey TEXT NOT NULL,
  dedup_key TEXT NOT NULL,
  intent_id INTEGER NOT NULL,
  PRIMARY KEY (journey, dedup_key)
) WITHOUT ROWID;

-- Intents that have been taken out of the outbox and wait for another turn.
CREATE TABLE outbox_waiting (
  id INTEGER PRIMARY KEY,
  journey TEXT NOT NULL,
  external_id TEXT,
  anonymous_id TEXT,
  email TEXT,
  profile TEXT,
  data TEXT,
  ordering_key TEXT,
  dedup_key TEXT,
  scheduled_at INTEGER,
  expires_at INTEGER,
  traceparent TEXT,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('retrying', 'blocked')),
  attempts INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  refused_alone TEXT,
  code TEXT,
  message TEXT,
  request_id TEXT,
  batch_id INTEGER,
  updated_at INTEGER NOT NULL
);

CREATE INDEX outbox_waiting_due ON outbox_waiting (journey, due_at) WHERE state = 'retrying';
CREATE INDEX outbox_waiting_refused ON outbox_waiting (journey, refused_alone) WHERE refused_alone IS NOT NULL;

-- Intents that ended without being delivered: for a person to look at, retry or discard.
CREATE TABLE outbox_dead (
  id INTEGER PRIMARY KEY,
  journey TEXT NOT NULL,
  external_id TEXT,
  anonymous_id TEXT,
  email TEXT,
  profile TEXT,
  data TEXT,
  ordering_key TEXT,
  dedup_key TEXT,
  scheduled_at INTEGER,
  expires_at INTEGER,
  traceparent TEXT,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('dead', 'cancelled')),
  attempts INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  code TEXT,
  message TEXT,
  request_id TEXT,
  batch_id INTEGER,
  updated_at INTEGER NOT NULL
);

CREATE INDEX outbox_dead_ended ON outbox_dead (updated_at);
CREATE INDEX outbox_dead_journey ON outbox_dead (journey, state);

-- One row is one request under one idempotency key: frozen before it is first sent, kept without its body as the
-- audit once it is settled. `members` is a JSON array of arrays; docs/schema.md names the places.
-- `possibly_executed_since` is set before a byte leaves, and only a proof that nothing ran takes it back to
-- `stamp_before`, its value before the attempt.
CREATE TABLE outbox_batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL CHECK (state IN ('sending', 'in_doubt', 'settled')),
  journey TEXT NOT NULL,
  key TEXT NOT NULL,
  target TEXT NOT NULL,
  api_key_fingerprint TEXT NOT NULL,
  body_sha256 TEXT NOT NULL,
  traceparent TEXT,
  parent_id INTEGER,
  first_id INTEGER NOT NULL,
  last_id INTEGER NOT NULL,
  size INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  possibly_executed_since INTEGER,
  stamp_before INTEGER,
  replays INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  frozen_at INTEGER NOT NULL,
  sent_at INTEGER,
  settled_at INTEGER,
  updated_at INTEGER NOT NULL,
  outcome TEXT,
  code TEXT,
  message TEXT,
  request_id TEXT,
  answers TEXT NOT NULL DEFAULT '[]',
  moved TEXT,
  members TEXT NOT NULL,
  body BLOB
);

CREATE INDEX outbox_batch_open ON outbox_batch (state, journey) WHERE state <> 'settled';
CREATE INDEX outbox_batch_settled ON outbox_batch (settled_at) WHERE state = 'settled';

-- What a journey has delivered since the outbox was installed.
CREATE TABLE outbox_journey (
  journey TEXT PRIMARY KEY NOT NULL,
  delivered INTEGER NOT NULL
) WITHOUT ROWID;

-- Why nothing leaves: scope '' is everything, else one journey. Stored, so that a restart neither forgets a pause
-- nor hammers a closed door.
CREATE TABLE outbox_pause (
  scope TEXT NOT NULL,
  cause TEXT NOT NULL,
  detail TEXT,
  request_id TEXT,
  since INTEGER NOT NULL,
  next_probe INTEGER,
  probes INTEGER NOT NULL,
  PRIMARY KEY (scope, cause)
) WITHOUT ROWID;
