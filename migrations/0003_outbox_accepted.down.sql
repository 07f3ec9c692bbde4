DROP TRIGGER outbox_accepted;
