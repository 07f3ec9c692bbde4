-- The batch's allowed transitions, the same table as in docs/lifecycle.md and in the code.
CREATE TRIGGER outbox_batch_transition BEFORE UPDATE OF state ON outbox_batch
WHEN OLD.state <> NEW.state AND NOT (
  (OLD.state = 'sending' AND NEW.state IN ('in_doubt', 'settled'))
  OR (OLD.state = 'in_doubt' AND NEW.state = 'settled'))
BEGIN
  SELECT RAISE(ABORT, 'outbox_batch: this change of state is not allowed');
END;
