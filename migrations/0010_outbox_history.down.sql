DROP VIEW outbox_history;
