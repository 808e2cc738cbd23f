package dev.tollgate.testing;

import dev.tollgate.storage.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** A SQLite file with the newest schema and nothing in it: migrating takes longer than most tests, so they start from a copy of one. */
public final class Migrated {

    private static final String NAME = "tollgate.db";

    /** The rights of a database file that the program makes; it warns about others. */
    private static final FileAttribute<?> OWNER_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private Migrated() {}

    private static final class Copied {

        static final byte[] DATABASE = make();

        private static byte[] make() {
            try {
                Path folder = Files.createTempDirectory("tollgate-test");
                Database.open(folder).close();
                byte[] database = Files.readAllBytes(folder.resolve(NAME));
                Files.delete(folder.resolve(NAME));
                Files.delete(folder.resolve("tollgate.lock"));
                Files.delete(folder);
                return database;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Puts one into a folder that has no database. @return the folder */
    public static Path in(Path folder) {
        try {
            if (!Files.exists(folder.resolve(NAME))) {
                Files.createDirectories(folder);
                Files.createFile(folder.resolve(NAME), OWNER_ALONE);
                Files.write(folder.resolve(NAME), Copied.DATABASE);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
