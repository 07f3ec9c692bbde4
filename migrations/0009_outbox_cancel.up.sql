-- DELETE FROM outbox_intents WHERE id = ? RETURNING id cancels an intent wherever it waits; what has ended is ignored,
-- and what may have left refuses with a sentence.
CREATE TRIGGER outbox_cancel INSTEAD OF DELETE ON outbox_intents
BEGIN
  SELECT CASE OLD.state
    WHEN 'dead' THEN RAISE(IGNORE)
    WHEN 'cancelled' THEN RAISE(IGNORE)
    WHEN 'sending' THEN RAISE(ABORT, 'this intent is being sent and can no longer be cancelled')
    WHEN 'in_doubt'
      THEN RAISE(ABORT, 'this intent may have been entered and cannot be cancelled: journey-outbox resolve settles it')
  END;
  DELETE FROM outbox WHERE id = OLD.id;
  INSERT INTO outbox_dead (id, journey, external_id, anonymous_id, email, profile, data, ordering_key, dedup_key,
      scheduled_at, expires_at, traceparent, created_at, state, attempts, epoch, code, message, request_id, batch_id,
      updated_at)
    SELECT id, journey, external_id, anonymous_id, email, profile, data, ordering_key, dedup_key,
      scheduled_at, expires_at, traceparent, created_at, 'cancelled', attempts, epoch, code, message, request_id,
      batch_id, CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)
    FROM outbox_waiting WHERE id = OLD.id;
  DELETE FROM outbox_dedup WHERE intent_id = OLD.id AND (journey, dedup_key) IN (
    SELECT journey, dedup_key FROM outbox_waiting WHERE id = OLD.id);
  DELETE FROM outbox_waiting WHERE id = OLD.id;
END;
