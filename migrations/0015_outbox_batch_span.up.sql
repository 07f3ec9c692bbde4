-- Which requests an intent was in is found from the range of ids that each request spans: one index entry for a
-- request and not for each of its intents, which every delivery would pay for. A request of one intent is one seek
-- away; those of several are looked through in the order of their last id, without reading their rows.
CREATE INDEX outbox_batch_single ON outbox_batch (first_id) WHERE first_id = last_id;
CREATE INDEX outbox_batch_span ON outbox_batch (last_id, first_id) WHERE first_id <> last_id;

-- The requests frozen out of another one; few are.
CREATE INDEX outbox_batch_parent ON outbox_batch (parent_id) WHERE parent_id IS NOT NULL;
