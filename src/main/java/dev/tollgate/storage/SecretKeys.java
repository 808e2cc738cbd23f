package dev.tollgate.storage;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.OperatorFile;
import dev.tollgate.base.host.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Finds the installation's secret key and checks that the data were sealed with it. */
public final class SecretKeys {

    private static final String FILE = "secret.key";
    private static final int FILE_BYTES_MAX = 1_024;
    private static final String NAME = "secret_check";

    private SecretKeys() {}

    /**
     * Returns the key that the operator has set, otherwise the key in the data folder's {@code secret.key}, which is created if missing.
     *
     * @throws CannotOpen if the file cannot be read or created, or holds no key
     */
    public static SecretBox of(@Nullable String chosenHex, Path folder, SecureRandom random) {
        return new SecretBox(chosenHex == null ? inFolder(folder, random) : chosenHex, random);
    }

    private static String inFolder(Path folder, SecureRandom random) {
        Path file = folder.resolve(FILE);
        try {
            if (!Files.exists(file)) {
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

    // Whole and private from its first moment: written under another name, then renamed.
    private static void make(Path file, SecureRandom random) throws IOException {
        byte[] key = new byte[Seal.KEY_BYTES];
        random.nextBytes(key);
        Path made = PrivateFiles.fileBeside(file, ".secret", "");
        Files.writeString(made, HexFormat.of().formatHex(key) + "\n");
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
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
