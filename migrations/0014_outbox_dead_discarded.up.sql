-- A dead letter that is given up leaves the lane that it kept.
CREATE TRIGGER outbox_dead_discarded AFTER UPDATE OF state ON outbox_dead
WHEN NEW.state = 'cancelled' AND NEW.ordering_key IS NOT NULL
BEGIN
  DELETE FROM outbox_lane WHERE open_id = NEW.id;
END;
