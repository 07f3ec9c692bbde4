/// The outbox's migrations in order, as compiled in from the SQL files beside this one.
public enum Migrations {}
