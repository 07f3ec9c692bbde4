DROP TRIGGER outbox_dead_discarded;
