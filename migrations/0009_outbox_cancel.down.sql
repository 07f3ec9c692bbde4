DROP TRIGGER outbox_cancel;
