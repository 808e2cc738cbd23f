package dev.tollgate.customers.notices;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operator's announcements on the public status page. Thread-safe; blocks. */
public record Announcements(Database database) {

    public static final int TEXT_CHARS_MAX = 500;

    /** The most rows of a list. */
    public static final int PAGE_MAX = 1_000;

    /** The most announcements on the status page: of more the latest to begin. */
    private static final int SHOWN_MAX = 30;

    private static final String STATUS = "status";
    private static final String COLUMNS = "SELECT number, text, begins_at, ends_at, created_at FROM announcement";
    private static final String FIND = COLUMNS + " WHERE number = ?";
    private static final String PAGE = COLUMNS + " WHERE number < ? ORDER BY number DESC LIMIT ?";
    private static final String SHOWN =
            COLUMNS + " WHERE ends_at IS NULL OR ends_at > ? ORDER BY begins_at DESC, number DESC LIMIT " + SHOWN_MAX;
    private static final String NEWEST = "SELECT COALESCE(MAX(number), 0) FROM announcement";
    private static final String INSERT =
            "INSERT INTO announcement (number, text, begins_at, ends_at, created_at) VALUES (?, ?, ?, ?, ?)";
    private static final String UPDATE =
            "UPDATE announcement SET text = ?, begins_at = ?, ends_at = ? WHERE number = ?";
    private static final String DELETE = "DELETE FROM announcement WHERE number = ?";

    /**
     * An announcement.
     *
     * @param number from 1
     * @param text 1 to {@value #TEXT_CHARS_MAX} characters
     * @param beginsAt may be in the future
     * @param endsAt after its beginning; null: until the operator ends it
     */
    public record Announcement(
            long number,
            String text,
            Instant beginsAt,
            @Nullable Instant endsAt,
            Instant createdAt) {

        public State stateAt(Instant now) {
            if (endsAt != null && !endsAt.isAfter(now)) {
                return State.ENDED;
            }
            return beginsAt.isAfter(now) ? State.AHEAD : State.HOLDS;
        }
    }

    /** The state of an announcement: the words of the console, the API and commands. */
    public enum State {
        AHEAD(sentence("announcement::ahead")),
        HOLDS(sentence("announcement::holds")),
        ENDED(sentence("announcement::ended"));

        private final Sentence word;

        State(Sentence word) {
            this.word = word;
        }

        public Sentence word() {
            return word;
        }
    }

    /** A change and what it found and left. @param before null if it is new @param after null if it is deleted, or was not there */
    public record Changed(
            @Nullable Announcement before, @Nullable Announcement after) {}

    /** A change of announcements. */
    public abstract static class AnnouncementChange extends Write<Changed> {}

    /** Returns the part that stores announcements. */
    public static Part<?> part() {
        return new WritePart<>(AnnouncementChange.class);
    }

    /** Returns announcements, the newest first. @param before the last number of the page before @param limit 1 to one more than {@value #PAGE_MAX} */
    public List<Announcement> page(long before, int limit) {
        return database.read(sql -> sql.list(PAGE, Announcements::row, before, limit));
    }

    /** Returns the announcements that have not ended before a time; at most {@value #SHOWN_MAX}, the latest to begin first. */
    public List<Announcement> since(Instant time) {
        return database.pages().read(STATUS, sql -> sql.list(SHOWN, Announcements::row, time));
    }

    /** Returns the change that writes an announcement. @param endsAt after its beginning, or null */
    public static AnnouncementChange write(String text, Instant beginsAt, @Nullable Instant endsAt, Instant now) {
        return new AnnouncementChange() {
            @Override
            protected Changed run(Statements statements) throws SQLException {
                statements.lockTable("announcement");
                long number = 1 + statements.number(NEWEST);
                statements.run(INSERT, number, text, beginsAt, endsAt, now);
                return new Changed(null, new Announcement(number, text, beginsAt, endsAt, now));
            }
        };
    }

    /** Returns the change that gives an announcement what is not null; none if its end would not be after its beginning. */
    public static AnnouncementChange change(
            long number, @Nullable String text, @Nullable Instant beginsAt, @Nullable Instant endsAt) {
        return new AnnouncementChange() {
            @Override
            protected Changed run(Statements statements) throws SQLException {
                Announcement before = find(statements, number);
                if (before == null) {
                    return new Changed(null, null);
                }
                Announcement after = new Announcement(
                        number,
                        text == null ? before.text : text,
                        beginsAt == null ? before.beginsAt : beginsAt,
                        endsAt == null ? before.endsAt : endsAt,
                        before.createdAt);
                if (after.endsAt != null && !after.endsAt.isAfter(after.beginsAt)) {
                    return new Changed(before, null);
                }
                statements.run(UPDATE, after.text, after.beginsAt, after.endsAt, number);
                return new Changed(before, after);
            }
        };
    }

    /** Returns the change that deletes an announcement. */
    public static AnnouncementChange delete(long number) {
        return new AnnouncementChange() {
            @Override
            protected Changed run(Statements statements) throws SQLException {
                Announcement before = find(statements, number);
                statements.run(DELETE, number);
                return new Changed(before, null);
            }
        };
    }

    private static @Nullable Announcement find(Statements statements, long number) throws SQLException {
        return statements.one(FIND + statements.dialect().lock(), Announcements::row, number);
    }

    private static Announcement row(ResultSet row) throws SQLException {
        return new Announcement(
                row.getLong(1),
                row.getString(2),
                Columns.time(row, "begins_at"),
                Columns.timeOrNull(row, "ends_at"),
                Columns.time(row, "created_at"));
    }
}
