package dev.tollgate.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * A step of the schema: a file in {@code migrations}, and, for what one database does not understand, a file of the same name in the folder of the
 * other. The file {@code migrations/files} lists them in their order; the first is the baseline.
 *
 * @param number counts from 1
 * @param isCompatible whether servers of earlier versions may continue to run with the new schema
 */
record Migration(int number, String file, boolean isCompatible) {

    private static final String FOLDER = "/migrations";
    private static final String COMPATIBLE = "-- compatible: yes\n";
    private static final String INCOMPATIBLE = "-- compatible: no\n";
    private static final Pattern COMMENT = Pattern.compile("(?m)--.*$");
    private static final Pattern SAYS = Pattern.compile("(?m)^-- says: (.+)$");
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final Map<String, String> CHECKSUMS = new ConcurrentHashMap<>();

    /** The migrations of this program. */
    static final List<Migration> ALL = in(read(FOLDER + "/files").lines().toList());

    /** Returns the migrations of some files, in their order. */
    static List<Migration> in(List<String> files) {
        List<Migration> all = new ArrayList<>();
        for (String file : files) {
            String sql = read(FOLDER + "/" + file);
            if (!sql.startsWith(COMPATIBLE) && !sql.startsWith(INCOMPATIBLE)) {
                throw new IllegalStateException(file + " does not say in its first line whether it is compatible");
            }
            all.add(new Migration(all.size() + 1, file, sql.startsWith(COMPATIBLE)));
        }
        return List.copyOf(all);
    }

    /** Returns its statements for a database. */
    String sql(Dialect dialect) {
        boolean isEmbedded = dialect == Dialect.SQLITE;
        return text(dialect)
                .replace("${clustered}", isEmbedded ? "WITHOUT ROWID" : "")
                .replace("${bytes}", isEmbedded ? "BLOB" : "BYTEA");
    }

    /** Returns the queries, each for one text at most, that say in the operator's log what it did. */
    List<String> says() {
        return SAYS.matcher(read(FOLDER + "/" + file))
                .results()
                .map(it -> it.group(1))
                .toList();
    }

    /** Returns the SHA-256 of its statements, which comments do not change. */
    String checksum(Dialect dialect) {
        return CHECKSUMS.computeIfAbsent(dialect + file, any -> sha256(text(dialect)));
    }

    private static String sha256(String sql) {
        String statements = SPACE.matcher(COMMENT.matcher(sql).replaceAll("")).replaceAll(" ");
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(statements.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private String text(Dialect dialect) {
        String own = FOLDER + "-" + dialect.name().toLowerCase(Locale.ROOT) + "/" + file;
        String common = read(FOLDER + "/" + file);
        return Migration.class.getResource(own) == null ? common : common + read(own);
    }

    private static String read(String resource) {
        try (InputStream in = Migration.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
