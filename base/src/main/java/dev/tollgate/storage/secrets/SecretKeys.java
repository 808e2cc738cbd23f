package dev.tollgate.storage.secrets;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.OperatorFile;
import dev.tollgate.base.host.PrivateFiles;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.sql.Reads;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds the installation's secret key and checks that the data were sealed with it. */
public final class SecretKeys {

    private static final String FILE = "secret.key";
    private static final int FILE_BYTES_MAX = 1_024;
    /** The queries that find encrypted rows if the check's row is gone. */
    private static final List<String> SEALED = List.of(
            "SELECT 1 FROM signing_key",
            "SELECT 1 FROM thought_signature",
            "SELECT 1 FROM kept_response",
            "SELECT 1 FROM job_line WHERE sealed IS NOT NULL",
            "SELECT 1 FROM stored_file",
            "SELECT 1 FROM outgoing_mail",
            "SELECT 1 FROM person WHERE totp_secret IS NOT NULL");

    private SecretKeys() {}

    /**
     * Returns the keys that the operator has set, otherwise those in the data folder's {@code secret.key}. The file is made only for a database
     * in which nothing was sealed, and is on disk when this returns: another key would open nothing of what is there.
     *
     * @param database null if no key may be made
     * @throws CannotOpen if the file is missing, cannot be read or made, or is no ring of keys
     */
    public static SecretBox of(@Nullable String chosen, Path folder, @Nullable Database database, SecureRandom random) {
        String ring = chosen == null ? inFolder(folder, database, random) : chosen;
        try {
            return new SecretBox(ring, random);
        } catch (IllegalArgumentException e) {
            String where = chosen == null ? "The file " + folder.resolve(FILE) : "TOLLGATE_SECRET_KEY";
            throw new CannotOpen(where + " is no ring of secret keys: " + e.getMessage() + ".", e);
        }
    }

    /** Returns whether a ring opens all that is sealed in a database. From then on it opens what is there. */
    public static boolean fits(Reads sql, SecretBox ring) throws SQLException {
        KeyChecks checks = KeyChecks.read(sql);
        return checks.isBegun() && checks.trouble(ring) == null;
    }

    private static String inFolder(Path folder, @Nullable Database database, SecureRandom random) {
        Path file = folder.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                if (database == null || hasSealed(database)) {
                    throw new CannotOpen(missing(folder));
                }
                make(file, random);
            }
            PrivateFiles.close(file);
            return new String(OperatorFile.read(file, FILE_BYTES_MAX), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CannotOpen("The secret key " + file + " cannot be read or made: " + FileTrouble.of(e) + ".", e);
        }
    }

    private static String missing(Path folder) {
        return "secret.key is missing in " + folder
                + ", and this installation's data were sealed with it. Put the right key"
                + " into the data folder as secret.key, or set TOLLGATE_SECRET_KEY to it.";
    }

    private static boolean hasSealed(Database database) {
        return database.read(sql -> {
            boolean found = KeyChecks.read(sql).isBegun();
            for (String each : SEALED) {
                found = found || sql.has(each);
            }
            return found;
        });
    }

    /**
     * Returns why a start would not find the key that opens this database's data, or null if it would. The key is looked for as a start does;
     * nothing is made.
     *
     * @param chosen the keys that the operator has set
     */
    public static @Nullable String trouble(@Nullable String chosen, Path folder, Database database) {
        if (!hasSealed(database)) {
            return null;
        }
        if (chosen == null && database.dialect() == Dialect.POSTGRESQL) {
            return "TOLLGATE_SECRET_KEY is not set, so it is unknown whether it opens the data.";
        }
        try {
            SecretBox ring = of(chosen, folder, null, new SecureRandom());
            return database.read(KeyChecks::read).trouble(ring);
        } catch (CannotOpen e) {
            return e.getMessage();
        }
    }

    // Whole and private from its first moment: written under another name, then renamed. On disk before the database
    // has its check.
    private static void make(Path file, SecureRandom random) throws IOException {
        byte[] key = new byte[Seal.KEY_BYTES];
        random.nextBytes(key);
        Path made = PrivateFiles.fileBeside(file, ".secret", "");
        Files.writeString(made, HexFormat.of().formatHex(key) + "\n");
        sync(made, StandardOpenOption.WRITE);
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        sync(Objects.requireNonNull(made.getParent()), StandardOpenOption.READ);
    }

    private static void sync(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }

    /** Writes the check of a key before it seals; later it only reads. Must be the first part. */
    public static Part<?> part() {
        return new WritePart<>(Check.class);
    }

    /**
     * Decides whether a ring is the installation's, and whether its first key may seal. The first key of all becomes the installation's. The outcome is why it
     * is not or may not, in a sentence; empty if all is well.
     */
    public static final class Check extends Write<String> {

        private final SecretBox ring;

        public Check(SecretBox ring) {
            this.ring = ring;
        }

        @Override
        protected String run(Statements statements) throws SQLException {
            KeyChecks checks = KeyChecks.read(statements);
            if (!checks.isBegun()) {
                KeyChecks.first(statements, ring);
                checks = KeyChecks.read(statements);
            }
            String trouble = checks.trouble(ring);
            return Objects.requireNonNullElse(trouble == null ? checks.begin(statements, ring) : trouble, "");
        }
    }
}
