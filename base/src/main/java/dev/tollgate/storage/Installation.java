package dev.tollgate.storage;

import java.nio.file.Path;

/** Maintenance of an installation's database by a command, without opening it for use. Blocks. */
public final class Installation {

    private Installation() {}

    /**
     * Checks that a data folder holds books, and leaves it as it is.
     *
     * @throws CannotOpen if it holds none
     */
    public static void requireBooks(Path folder) {
        SqliteFile file = new SqliteFile(folder);
        if (file.isEmpty()) {
            new Mark(file).check();
            throw new CannotOpen("There is no installation in " + folder
                    + ": name its data folder with --data, or start a server there once.");
        }
        file.requireRelease();
    }

    /** Checks that the data folder's database, if there is one, is of a release, and changes nothing. @throws CannotOpen if it is not */
    public static void requireRelease(Path folder) {
        new SqliteFile(folder).requireRelease();
    }

    /**
     * Brings a data folder's database to this program's schema, or creates it, while no server runs over it.
     *
     * @return the result in one line
     * @throws CannotOpen as {@link Database#open(Path)}
     */
    public static String migrate(Path folder) {
        SqliteFile file = new SqliteFile(folder);
        file.requireRelease();
        DataFolder.make(folder);
        try (DataLock lock = DataLock.take(folder)) {
            new Mark(file).check();
            file.makePrivate();
            new OpenSign(file).checkAndRemove();
            return migrate(file, false);
        }
    }

    /**
     * Brings a PostgreSQL database to this program's schema, while servers may run over it.
     *
     * @param folder a data folder, which may know the newest primary
     * @param stopsOlder whether servers that the new schema shuts out are stopped first
     * @return the result in one line
     * @throws CannotOpen also if such a server runs that may not be stopped
     */
    public static String migrateShared(String url, Path folder, boolean stopsOlder) {
        return migrate(new PostgresServer(url, folder, PostgresServer.Use.COMMAND), stopsOlder);
    }

    private static String migrate(Engine engine, boolean stopsOlder) {
        int before = Migrations.run(engine, stopsOlder);
        int after = Migrations.version(engine);
        return before == after ? "schema " + after + ": nothing to do" : "schema " + before + " is now schema " + after;
    }

    /**
     * Lets the next opening of a data folder begin new books if those that its mark names are gone.
     *
     * @throws CannotOpen if the books are there, or another process has the folder open
     */
    public static void beginAfresh(Path folder) {
        SqliteFile file = new SqliteFile(folder);
        file.requireRelease();
        DataFolder.make(folder);
        try (DataLock lock = DataLock.take(folder)) {
            new Mark(file).remove();
        }
    }
}
