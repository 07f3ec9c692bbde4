-- Of one journey's intents with one ordering key, only the oldest may travel; the others wait as blocked.
-- A lane says which one that is, from the moment a claim has met the key until that intent has ended, wherever it is
-- meanwhile: it may still be scheduled. Its end, or its cancelling, removes the row, and two triggers see to the rest.
-- More than one row of a key is only what an outbox without lanes had under way.
CREATE TABLE outbox_lane (
  journey TEXT NOT NULL,
  ordering_key TEXT NOT NULL,
  open_id INTEGER NOT NULL,
  is_dead INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (journey, ordering_key, open_id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX outbox_lane_open ON outbox_lane (open_id);
CREATE INDEX outbox_lane_dead ON outbox_lane (journey) WHERE is_dead = 1;

-- The journeys whose dead letters keep their lane shut (`on_dead: block`), as the latest worker was configured.
CREATE TABLE outbox_blocking (
  journey TEXT PRIMARY KEY NOT NULL
) WITHOUT ROWID;

-- The oldest intent of a key is one seek away; rows without a key are in neither of the first two.
CREATE INDEX outbox_ordered ON outbox (journey, ordering_key, id) WHERE ordering_key IS NOT NULL;
CREATE INDEX outbox_waiting_ordered ON outbox_waiting (journey, ordering_key, id) WHERE ordering_key IS NOT NULL;
CREATE INDEX outbox_waiting_blocked ON outbox_waiting (journey, id) WHERE state = 'blocked';

-- What is under way already keeps its lane until it ends.
INSERT OR IGNORE INTO outbox_lane (journey, ordering_key, open_id)
  SELECT batch.journey, json_extract(member.value, '$[6]'), json_extract(member.value, '$[0]')
  FROM outbox_batch AS batch, json_each(batch.members) AS member
  WHERE batch.state <> 'settled' AND json_extract(member.value, '$[6]') IS NOT NULL;

-- A program that knows nothing of lanes would let intents overtake each other.
UPDATE outbox_meta SET value = 2 WHERE key = 'schema_version';
