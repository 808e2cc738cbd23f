package dev.tollgate.testing;

import dev.tollgate.storage.Database;
import java.nio.file.Path;
import java.util.List;

/** The databases that the same tests run on. */
public enum Stores {
    SQLITE,
    POSTGRESQL;

    /**
     * For {@code @MethodSource}: SQLite, and PostgreSQL too in the long tests. For what is about pages, mails and clients; {@code PreparedSqlTest}
     * has PostgreSQL read the SQL of all stores each time. Money, isolation and sign-in are tested on both with {@code @EnumSource}.
     */
    public static final String USUAL = "dev.tollgate.testing.Stores#usual";

    static List<Stores> usual() {
        return Effort.isLong() ? List.of(values()) : List.of(SQLITE);
    }

    /** A fresh one; a file goes into the folder. */
    public StoreFixture open(Path folder) {
        return switch (this) {
            case SQLITE -> new StoreFixture(folder);
            case POSTGRESQL -> StoreFixture.shared(Postgres.migrated());
        };
    }

    /** A fresh one without stores. */
    public Database openBare(Path folder) {
        return switch (this) {
            case SQLITE -> Database.open(Migrated.in(folder));
            case POSTGRESQL -> Database.openShared(Postgres.migrated());
        };
    }
}
