DROP TRIGGER outbox_batch_frozen;
