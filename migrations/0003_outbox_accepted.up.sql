-- The dedup key is taken in the insert's own transaction. An id given as -1 is told from an absent one only here; a row
-- that comes here without a dedup key has one, and ends in the sentence.
CREATE TRIGGER outbox_accepted AFTER INSERT ON outbox
WHEN NEW.dedup_key IS NOT NULL OR NEW.id < 1
BEGIN
  INSERT INTO outbox_dedup (journey, dedup_key, intent_id) VALUES (
    NEW.journey,
    NEW.dedup_key,
    CASE WHEN NEW.id < 1
      THEN RAISE(ABORT, 'outbox.id must be left out: the outbox gives each intent its id')
      ELSE NEW.id END);
END;
