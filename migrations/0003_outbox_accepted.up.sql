-- An id given as -1 is told from an absent one only here; the dedup key is taken in the insert's own transaction.
CREATE TRIGGER outbox_accepted AFTER INSERT ON outbox
WHEN NEW.id < 1 OR NEW.dedup_key IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'outbox.id must be left out: the outbox gives each intent its id') WHERE NEW.id < 1;
  INSERT INTO outbox_dedup (journey, dedup_key, intent_id)
    SELECT NEW.journey, NEW.dedup_key, NEW.id WHERE NEW.dedup_key IS NOT NULL;
END;
