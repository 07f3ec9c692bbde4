DROP INDEX outbox_batch_parent;
DROP INDEX outbox_batch_span;
DROP INDEX outbox_batch_single;
