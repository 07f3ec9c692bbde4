DROP TRIGGER outbox_unchanged;
