DROP TRIGGER outbox_batch_transition;
