-- A row deleted by anyone but the worker is a cancelled intent: it keeps its record and frees its dedup key.
-- BEFORE, and reading the row itself, so that the worker's own deletes need not load the columns of every row.
-- IS NOT 1, so that a missing mark makes a cancelled intent and never a lost one.
CREATE TRIGGER outbox_deleted BEFORE DELETE ON outbox
WHEN (SELECT value FROM outbox_meta WHERE key = 'moving') IS NOT 1
BEGIN
  INSERT INTO outbox_dead (id, journey, external_id, anonymous_id, email, profile, data, ordering_key, dedup_key,
      scheduled_at, expires_at, traceparent, created_at, state, attempts, epoch, updated_at)
    SELECT id, journey, external_id, anonymous_id, email, profile, data, ordering_key, dedup_key,
      scheduled_at, expires_at, traceparent, created_at, 'cancelled', 0, 0,
      CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)
    FROM outbox WHERE id = OLD.id;
  DELETE FROM outbox_dedup WHERE intent_id = OLD.id AND (journey, dedup_key) IN (
    SELECT journey, dedup_key FROM outbox WHERE id = OLD.id);
END;
