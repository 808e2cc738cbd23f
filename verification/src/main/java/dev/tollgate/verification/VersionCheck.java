package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks the versions of what operators set under a name: sequences and numbers have no gap, terms can be, and the audit log has each of them and its end. */
abstract class VersionCheck<V extends VersionCheck.Version> implements Check {

    /** A version, for good. */
    interface Version {

        String name();

        /** The number, from 1 within the name. */
        long number();

        /** The time of its commit, in milliseconds. */
        long createdAt();

        /** The terms; null if they cannot be read, or cannot be. */
        @Nullable
        JsonNode body();

        default String mark() {
            return name() + "." + number();
        }
    }

    private final String kind;
    private final String action;
    private final String sql;
    private final List<String> members;
    private final Map<String, List<V>> versions = new HashMap<>();
    private final Map<String, Long> rows = new HashMap<>();
    private long sequence;

    /**
     * @param kind of what has versions
     * @param action the beginning of the actions in the audit log
     * @param sql reads sequence, name, number, time, another time and body
     * @param members that the body and the audit log have alike, with blanks between them
     */
    VersionCheck(String kind, String action, String sql, String members) {
        this.kind = kind;
        this.action = action;
        this.sql = sql;
        this.members = List.of(members.split(" "));
    }

    /** @param time the other time, in milliseconds */
    abstract V version(String name, long number, long createdAt, @Nullable Long time, @Nullable JsonNode body);

    abstract boolean isSound(JsonNode body);

    /** Adds what of a version differs from its row of the audit log, except for its members and its time. */
    abstract void compare(V version, JsonNode after, List<String> others);

    /** Reads a row without number: an end. */
    void ended(String name, Findings findings) {
        findings.add("a version of " + kind + " " + name + " has no number");
    }

    /** Returns what has ended by the rows. */
    abstract Set<String> closed();

    /** Returns what has ended by a row of the audit log, in the same words. */
    abstract List<String> closed(String name, JsonNode after);

    @Override
    public final String subject() {
        return kind + "s";
    }

    @Override
    public final String sql(Dialect dialect) {
        return sql;
    }

    @Override
    public final void row(ResultSet row, Findings findings) throws SQLException {
        String name = row.getString(2);
        long number = row.getLong(3);
        boolean isEnd = row.wasNull(); // of the column that was read last
        sequence++;
        if (row.getLong(1) != sequence) {
            findings.add("version " + name + "." + number + " of a " + kind + " has sequence " + row.getLong(1)
                    + ", it should have " + sequence);
            sequence = row.getLong(1);
        }
        if (isEnd) {
            ended(name, findings);
            return;
        }
        JsonNode body = PriceDeedCheck.read(row.getString(6));
        long time = row.getLong(5);
        Long other = row.wasNull() ? null : Long.valueOf(time);
        V version = version(name, number, row.getLong(4), other, body != null && isSound(body) ? body : null);
        List<V> its = versions.computeIfAbsent(name, _ -> new ArrayList<>());
        if (number != its.size() + 1) {
            findings.add(text(version.mark()) + " should have number " + (its.size() + 1));
        }
        if (version.body() == null) {
            findings.add(text(version.mark()) + " has terms that cannot be");
        }
        its.add(version);
    }

    private String text(String mark) {
        return "version " + mark + " of a " + kind;
    }

    /** Returns a version by its mark, as {@code gold.3}; null if there is none. */
    final @Nullable V of(String mark) {
        int dot = mark.lastIndexOf('.');
        return ofName(mark.substring(0, Math.max(0, dot))).stream()
                .filter(version -> mark.equals(version.mark()))
                .findFirst()
                .orElse(null);
    }

    /** Returns the number of the row of the audit log of a version, by its mark, or of an end, in the words of {@link #closed}; null without one. */
    final @Nullable Long row(String what) {
        return rows.get(what);
    }

    final boolean has(String name) {
        return versions.containsKey(name);
    }

    /** Returns the versions of a name in the order of their numbers. */
    final List<V> ofName(String name) {
        return versions.getOrDefault(name, List.of());
    }

    final List<V> all() {
        return versions.values().stream().flatMap(List::stream).toList();
    }

    /** Returns the check of the rows of the audit log, which follows this one. */
    final Check ofAuditLog() {
        return new OfAuditLog();
    }

    private final class OfAuditLog implements Check {

        private record Told(long row, JsonNode after) {}

        private final Map<String, Told> told = new HashMap<>();
        private final Set<String> closed = new TreeSet<>();

        @Override
        public String subject() {
            return "audit log of " + kind + "s";
        }

        @Override
        public String sql(Dialect dialect) {
            return "SELECT sequence, subject, action, after_json FROM audit_log WHERE action IN ('" + action
                    + ".set', '" + action + ".close') ORDER BY sequence";
        }

        @Override
        public void row(ResultSet row, Findings findings) throws SQLException {
            String name = row.getString(2);
            JsonNode after = PriceDeedCheck.read(row.getString(4));
            if (after == null) {
                findings.add(
                        "row " + row.getLong(1) + " of the audit log does not say what became of " + kind + " " + name);
            } else if (row.getString(3).equals(action + ".set")) {
                String mark = name + "." + after.path("version").asString("");
                told.put(mark, new Told(row.getLong(1), after));
                rows.put(mark, row.getLong(1));
            } else {
                List<String> these = VersionCheck.this.closed(name, after);
                closed.addAll(these);
                for (String each : these) {
                    rows.put(each, row.getLong(1));
                }
            }
        }

        @Override
        public void end(Findings findings) {
            for (V version : all()) {
                Told its = told.remove(version.mark());
                JsonNode body = version.body();
                if (its == null) {
                    findings.add(text(version.mark()) + " was set, and no row of the audit log says so");
                } else if (body != null) {
                    compare(version, body, its, findings);
                }
            }
            told.keySet()
                    .forEach(mark -> findings.add("the audit log tells of " + text(mark) + ", which is not there"));
            if (!closed.equals(VersionCheck.this.closed())) {
                findings.add("the " + kind + "s " + VersionCheck.this.closed()
                        + " are closed, those of the audit log are " + closed);
            }
        }

        private void compare(V version, JsonNode body, Told its, Findings findings) {
            List<String> others = new ArrayList<>();
            for (String member : members) {
                PriceDeedCheck.other(others, member, its.after.path(member).equals(body.path(member)));
            }
            PriceDeedCheck.other(
                    others, "time", PriceDeedCheck.millis(its.after.path("set_at")) == version.createdAt());
            VersionCheck.this.compare(version, its.after, others);
            if (!others.isEmpty()) {
                findings.add(text(version.mark()) + " differs from row " + its.row + " of the audit log: "
                        + String.join(", ", others));
            }
        }
    }
}
