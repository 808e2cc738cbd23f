package dev.tollgate.storage.copies;

import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.sql.Sql;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The last copy that was finished, as the books know it: a copy that is missing from its folder shows that something else lies there, as an empty mount
 * point does. Each place has a folder and an installation's id in it, so nothing is known of another folder, or after a restore.
 *
 * @param place the subfolder
 * @param name of the copy
 */
public record LastCopy(String place, String name) {

    private static final String NAME = "copy.finished";

    private static final char BETWEEN = '/';

    /** @param name of a copy in the subfolder */
    static LastCopy in(CopyFolder own, String name) {
        return new LastCopy(text(own.path()), name);
    }

    /** Returns the last copy that was finished in a subfolder; null if none is known there. */
    static @Nullable LastCopy find(Sql sql, CopyFolder own) throws SQLException {
        String value = InstallationValue.find(sql, NAME);
        LastCopy last = value == null ? null : read(value);
        return last != null && last.place.equals(text(own.path())) ? last : null;
    }

    private static String text(Path place) {
        return place.toAbsolutePath().normalize().toString();
    }

    private static LastCopy read(String value) {
        int at = value.lastIndexOf(BETWEEN);
        return new LastCopy(value.substring(0, at), value.substring(at + 1));
    }

    /** Makes the change that records it. */
    InstallationValue row() {
        return InstallationValue.replacing(NAME, place + BETWEEN + name);
    }

    /** Makes the change after which no copy is known, so that the next one starts from the beginning. Its outcome is the stored value, or empty. */
    public static InstallationValue forget() {
        return InstallationValue.removing(NAME);
    }

    /** Returns the instant of its snapshot. */
    @Nullable
    Instant at() {
        return CopyFolder.time(name);
    }
}
