public enum Migrations { public static let x = PackageResources._001_outbox_up_sql }
