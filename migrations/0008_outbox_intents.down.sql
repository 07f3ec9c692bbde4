DROP VIEW outbox_intents;
