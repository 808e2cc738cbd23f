package dev.tollgate.storage.secrets;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.OperatorFile;
import dev.tollgate.base.host.PrivateFiles;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.InstallationValue;
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
    private static final String NAME = "secret_check";

    /** The message for a wrong key. */
    public static final String WRONG =
            "The secret key does not decrypt this installation's data. Put the right key into the data folder as"
                    + " secret.key, or set TOLLGATE_SECRET_KEY to it.";

    /** The queries that find encrypted rows if the check's row is gone. */
    private static final List<String> SEALED = List.of(
            "SELECT 1 FROM signing_key",
            "SELECT 1 FROM thought_signature",
            "SELECT 1 FROM kept_response",
            "SELECT 1 FROM stored_file",
            "SELECT 1 FROM outgoing_mail",
            "SELECT 1 FROM person WHERE totp_secret IS NOT NULL");

    private SecretKeys() {}

    /**
     * Returns the key that the operator has set, otherwise the key in the data folder's {@code secret.key}. The file is made only for a database
     * in which nothing was sealed, and is on disk when this returns: another key would open nothing of what is there.
     *
     * @param database null if no key may be made
     * @throws CannotOpen if the file is missing, cannot be read or made, or holds no key
     */
    public static SecretBox of(
            @Nullable String chosenHex, Path folder, @Nullable Database database, SecureRandom random) {
        return new SecretBox(chosenHex == null ? inFolder(folder, database, random) : chosenHex, random);
    }

    /** Returns whether a key is the installation's. */
    public static boolean fits(Reads sql, SecretBox box) throws SQLException {
        String check = sql.one("SELECT value FROM installation WHERE name = ?", row -> row.getString(1), NAME);
        return check != null && box.passes(check);
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
            String hex = new String(OperatorFile.read(file, FILE_BYTES_MAX), StandardCharsets.UTF_8).strip();
            if (!hex.matches("[0-9a-fA-F]{64}")) {
                throw new CannotOpen("The file " + file + " does not hold a secret key of 64 hex digits.");
            }
            return hex;
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
            boolean found = sql.has("SELECT 1 FROM installation WHERE name = ?", NAME);
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
     * @param chosenHex the key that the operator has set
     */
    public static @Nullable String trouble(@Nullable String chosenHex, Path folder, Database database) {
        if (!hasSealed(database)) {
            return null;
        }
        if (chosenHex == null && database.dialect() == Dialect.POSTGRESQL) {
            return "TOLLGATE_SECRET_KEY is not set, so it is unknown whether it opens the data.";
        }
        try {
            SecretBox box = of(chosenHex, folder, null, new SecureRandom());
            String check = database.read(
                    sql -> sql.one("SELECT value FROM installation WHERE name = ?", row -> row.getString(1), NAME));
            return check == null || box.passes(check) ? null : WRONG;
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

    /** Writes the check's row on the first start; later it only reads. Must be the first part. */
    public static Part<?> part() {
        return new WritePart<>(Check.class);
    }

    /** Decides whether a key is the installation's: the first key becomes it. */
    public static final class Check extends Write<Boolean> {

        private final SecretBox box;

        public Check(SecretBox box) {
            this.box = box;
        }

        @Override
        protected Boolean run(Statements statements) throws SQLException {
            return box.passes(InstallationValue.kept(statements, NAME, box.check()));
        }
    }
}
