-- Public: where each intent is that is unfinished, dead or cancelled. The delivered are in outbox_history.
CREATE VIEW outbox_intents (
    id, journey, external_id, anonymous_id, email, state, attempts, code, request_id, updated_at) AS
SELECT id, journey, external_id, anonymous_id, email,
    CASE WHEN scheduled_at > CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)
      THEN 'scheduled' ELSE 'pending' END,
    0, NULL, NULL, created_at
  FROM outbox
UNION ALL
SELECT id, journey, external_id, anonymous_id, email, state, attempts, code, request_id, updated_at
  FROM outbox_waiting
UNION ALL
SELECT json_extract(member.value, '$[0]'), batch.journey, json_extract(member.value, '$[3]'),
    json_extract(member.value, '$[4]'), json_extract(member.value, '$[5]'), batch.state,
    json_extract(member.value, '$[1]'), batch.code, batch.request_id, batch.updated_at
  FROM outbox_batch AS batch, json_each(batch.members) AS member
  WHERE batch.state <> 'settled'
UNION ALL
SELECT id, journey, external_id, anonymous_id, email, state, attempts, code, request_id, updated_at
  FROM outbox_dead;
