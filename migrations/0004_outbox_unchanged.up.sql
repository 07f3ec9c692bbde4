-- An intent is what was committed: whoever wants another one cancels it and inserts anew.
CREATE TRIGGER outbox_unchanged BEFORE UPDATE ON outbox
BEGIN
  SELECT RAISE(ABORT,
    'outbox rows cannot be updated: DELETE FROM outbox_intents WHERE id = ... cancels one; then insert anew');
END;
