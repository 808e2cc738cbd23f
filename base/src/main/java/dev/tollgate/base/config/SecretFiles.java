package dev.tollgate.base.config;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.OperatorFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Secrets from files. An environment variable is visible to anyone who may inspect the process or its unit; a file is not. The file is named
 * by the secret's variable with the suffix {@code _FILE}, or is in systemd's folder {@code CREDENTIALS_DIRECTORY}.
 *
 * @param environment a variable's value by its name, null where it is not set
 */
public record SecretFiles(UnaryOperator<@Nullable String> environment) {

    /** The suffix of a variable that names a secret's file. */
    static final String SUFFIX = "_FILE";

    static final String FOLDER = "CREDENTIALS_DIRECTORY";

    private static final int BYTES_MAX = 64 * 1024;

    /**
     * A secret that was found.
     *
     * @param text without the line's end behind it
     * @param place as a complaint names it
     */
    public record Found(String text, String place) {}

    /**
     * The secret of a variable, from the environment or a file; null where it is in none of them.
     *
     * @param credential its name in the folder of credentials
     * @throws ConfigException for a file that others can read, that is not there, or that holds nothing; for a file in addition to the variable itself
     */
    public @Nullable Found find(String variable, String credential) {
        String given = set(variable);
        String named = set(variable + SUFFIX);
        if (given != null && named != null) {
            throw new ConfigException(variable + " and " + variable + SUFFIX + " are both set; set one of them.");
        }
        if (given != null) {
            return new Found(given, variable);
        }
        if (named != null) {
            return read(named, variable + SUFFIX);
        }
        String folder = set(FOLDER);
        if (folder == null) {
            return null;
        }
        String file = folder + "/" + credential;
        return exists(file) ? read(file, FOLDER + "'s " + credential) : null;
    }

    private @Nullable String set(String variable) {
        String text = environment.apply(variable);
        return text == null || text.isEmpty() ? null : text;
    }

    private static boolean exists(String file) {
        try {
            return Files.exists(Path.of(file));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static Found read(String name, String place) {
        try {
            Path file = Path.of(name);
            if (OperatorFile.isOpenToAll(file)) {
                throw new ConfigException(place + " names a file that other users of this machine can read: " + file
                        + ". Take that from them (chmod o-rwx), and replace what they may have read.");
            }
            String text = new String(OperatorFile.read(file, BYTES_MAX), StandardCharsets.UTF_8).strip();
            if (text.isEmpty()) {
                throw new ConfigException(place + " names a file with nothing in it: " + file + ".");
            }
            return new Found(text, place);
        } catch (OperatorFile.Unfit e) {
            throw new ConfigException(place + " names a file that " + e.getMessage() + ".");
        } catch (IOException e) {
            throw new ConfigException(place + " names a file that cannot be read: " + FileTrouble.of(e) + ".");
        } catch (InvalidPathException e) {
            throw new ConfigException(place + " names no file.");
        }
    }
}
