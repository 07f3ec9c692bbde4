-- One key is one request, for ever: what was frozen can be dropped once settled, and never changed.
CREATE TRIGGER outbox_batch_frozen
BEFORE UPDATE OF id, journey, key, target, api_key_fingerprint, body_sha256, traceparent, body ON outbox_batch
WHEN NEW.id <> OLD.id OR NEW.journey <> OLD.journey OR NEW.key <> OLD.key OR NEW.target <> OLD.target
  OR NEW.api_key_fingerprint <> OLD.api_key_fingerprint OR NEW.body_sha256 <> OLD.body_sha256
  OR NEW.traceparent IS NOT OLD.traceparent OR NEW.body IS NOT NULL OR NEW.state <> 'settled'
BEGIN
  SELECT RAISE(ABORT, 'outbox_batch: a frozen request cannot be changed');
END;
