-- Public, read-only: the delivered intents of the retention period, with the request that delivered each.
CREATE VIEW outbox_history (
    id, journey, external_id, anonymous_id, email, state, attempts, request_id, batch_id, delivered_at) AS
SELECT json_extract(member.value, '$[0]'), batch.journey, json_extract(member.value, '$[3]'),
    json_extract(member.value, '$[4]'), json_extract(member.value, '$[5]'), 'delivered',
    json_extract(member.value, '$[1]') + 1, batch.request_id, batch.id, batch.settled_at
  FROM outbox_batch AS batch, json_each(batch.members) AS member
  WHERE batch.state = 'settled';
