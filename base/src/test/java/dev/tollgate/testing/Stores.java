package dev.tollgate.testing;

import dev.tollgate.storage.Database;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

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

    /** Opens a fresh one with stores over it; a file goes into the folder. @param stores takes what opens the database */
    public <S> S open(Path folder, Function<Supplier<Database>, S> stores) {
        return switch (this) {
            case SQLITE -> stores.apply(() -> Database.open(Migrated.in(folder)));
            case POSTGRESQL -> {
                String served = Postgres.served(Postgres.migrated());
                yield stores.apply(() -> Database.openShared(served));
            }
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
