package dev.tollgate.testing;

import dev.tollgate.storage.Database;
import java.nio.file.Path;

/** The databases that the same tests run on. */
public enum Stores {
    SQLITE,
    POSTGRESQL;

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
