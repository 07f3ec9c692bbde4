-- An intent that is dead or cancelled leaves its lane, however it came to that and in whatever language. Only a dead
-- one of a journey with `on_dead: block` keeps it, until it is retried or given up.
CREATE TRIGGER outbox_dead_lane AFTER INSERT ON outbox_dead
WHEN NEW.ordering_key IS NOT NULL
BEGIN
  UPDATE outbox_lane SET is_dead = 1
    WHERE open_id = NEW.id AND NEW.state = 'dead'
      AND EXISTS (SELECT 1 FROM outbox_blocking WHERE journey = NEW.journey);
  DELETE FROM outbox_lane WHERE open_id = NEW.id AND is_dead = 0;
END;
