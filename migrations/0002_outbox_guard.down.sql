DROP TRIGGER outbox_guard;
