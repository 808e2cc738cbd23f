package dev.tollgate.storage.secrets;

import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.NodeLease;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The checks of the keys under which values of a database are sealed (C22). With one key it has that key's check, as it always had. With the first
 * value under a second key the check becomes the word {@value #RING}, so that an older program refuses to start.
 *
 * @param own the check of the only key, or {@value #RING}; null before the first start
 * @param firstForm the id of the key of values that do not name theirs; null if there is one key only, or if nothing is left of that form
 * @param named the checks of further keys by their ids
 */
record KeyChecks(@Nullable String own, @Nullable String firstForm, Map<String, String> named) {

    private static final String OWN = "secret_check";
    private static final String FIRST_FORM = "secret_form1";
    private static final String NAMED = OWN + ".";
    private static final String RING = "ring";

    /** The message for a ring with none of the keys. */
    static final String WRONG =
            "The secret key does not decrypt this installation's data. Put the right key into the data folder as"
                    + " secret.key, or set TOLLGATE_SECRET_KEY to it.";

    static KeyChecks read(Sql sql) throws SQLException {
        Map<String, String> rows = new TreeMap<>();
        sql.each(
                "SELECT name, value FROM installation WHERE name LIKE 'secret_%'",
                row -> rows.put(row.getString(1), row.getString(2)));
        Map<String, String> named = new TreeMap<>();
        rows.forEach((name, value) -> {
            if (name.startsWith(NAMED)) {
                named.put(name.substring(NAMED.length()), value);
            }
        });
        return new KeyChecks(rows.get(OWN), rows.get(FIRST_FORM), named);
    }

    /** Returns whether something may be sealed. */
    boolean isBegun() {
        return own != null;
    }

    /**
     * Returns why a ring does not open all that is sealed, in a sentence; null if it does. Then it seals and opens as the database says.
     */
    @Nullable
    String trouble(SecretBox ring) {
        if (own == null) {
            return null;
        }
        String unnamed = unnamed(ring);
        if (!own.equals(RING) && unnamed == null) {
            return WRONG;
        }
        String missing = missing(ring, unnamed);
        if (missing != null) {
            return missing;
        }
        if (!named.values().stream().allMatch(check -> ring.passes(check, unnamed))) {
            return WRONG;
        }
        ring.firstForm(unnamed);
        return null;
    }

    /** Returns the id of the key of values that do not name theirs; null if the ring has it not, or nothing is left of that form. */
    private @Nullable String unnamed(SecretBox ring) {
        if (own == null || own.equals(RING)) {
            return firstForm;
        }
        return ring.ids().stream()
                .filter(id -> ring.passes(own, id))
                .findFirst()
                .orElse(null);
    }

    private @Nullable String missing(SecretBox ring, @Nullable String unnamed) {
        if (unnamed != null && !ring.ids().contains(unnamed)) {
            return absent(unnamed);
        }
        return named.keySet().stream()
                .filter(id -> !ring.ids().contains(id))
                .findFirst()
                .map(KeyChecks::absent)
                .orElse(null);
    }

    private static String absent(String id) {
        return "Values are sealed under key " + id + ", which is not in secret.key. Put it back as a further line.";
    }

    /**
     * Decides whether a ring may seal, and writes the check of its first key before that key is used. Once {@link #trouble} has found none.
     *
     * @return why it may not, in a sentence; null if it may
     */
    @Nullable
    String begin(Statements statements, SecretBox ring) throws SQLException {
        String unnamed = unnamed(ring);
        if (ring.id().equals(unnamed) || named.containsKey(ring.id())) {
            return null;
        }
        String clash = new NodeLease.Keys(ring.ids(), unnamed).clash(statements, statements.dialect());
        if (clash != null) {
            return clash;
        }
        InstallationValue.set(statements, NAMED + ring.id(), ring.check());
        if (!RING.equals(own)) {
            InstallationValue.set(statements, OWN, RING);
            InstallationValue.set(statements, FIRST_FORM, String.valueOf(unnamed));
        }
        return null;
    }

    /** Keeps the check of the first key of a new installation, unless another server came first. */
    static void first(Statements statements, SecretBox ring) throws SQLException {
        InstallationValue.kept(statements, OWN, ring.check());
    }

    /** Forgets a key of which nothing is left. */
    static void forget(Statements statements, String id) throws SQLException {
        KeyChecks checks = read(statements);
        if (id.equals(checks.firstForm)) {
            InstallationValue.remove(statements, FIRST_FORM);
        }
        InstallationValue.remove(statements, NAMED + id);
    }
}
