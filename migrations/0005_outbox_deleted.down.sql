DROP TRIGGER outbox_deleted;
