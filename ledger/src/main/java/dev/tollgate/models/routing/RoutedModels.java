package dev.tollgate.models.routing;

import dev.tollgate.base.log.Event;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.sql.Columns;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rows of models that answer for others, and which of them this server knows. Thread-safe. */
public final class RoutedModels {

    /** The name for what comes after the most names of a channel, and for what is no name of a model. */
    public static final String OTHER = "other";

    /** The most pairs of a channel, without the one for all others. */
    public static final int NAMES_MAX = 20;

    /** The most rows, as after many changes of the channels file. */
    private static final int ROWS_MAX = 20_000;

    private static final Logger log = LoggerFactory.getLogger(RoutedModels.class);

    private static final String LOCK = "SELECT pg_advisory_xact_lock(7260374830)";
    private static final String ALL = "SELECT channel, sent, answered, first_at FROM answered_by";
    private static final String IN_ORDER = ALL + " ORDER BY first_at";
    private static final String OF_CHANNEL = ALL + " WHERE channel = ?";
    private static final String SIZE = "SELECT COUNT(*) FROM answered_by";
    private static final String NEWEST = "SELECT COALESCE(MAX(first_at), 0) FROM answered_by";
    private static final String INSERT =
            "INSERT INTO answered_by (channel, sent, answered, first_at) VALUES (?, ?, ?, ?)";

    private final Map<String, Set<Pair>> known = new ConcurrentHashMap<>();

    /**
     * Names of two models on one channel.
     *
     * @param sent the upstream's name of the model that was sent
     * @param answered its name of the model that answered, or {@link #OTHER}
     */
    public record Pair(String channel, String sent, String answered) {

        /** Returns the pair that stands for all further ones of its channel. */
        public Pair other() {
            return new Pair(channel, OTHER, OTHER);
        }
    }

    /** Returns all rows, the earliest first. Blocks. */
    public static List<RoutedModel> all(Database database) {
        return database.read(sql -> sql.list(
                IN_ORDER,
                row -> new RoutedModel(row.getString(1), row.getString(2), row.getString(3), Columns.time(row, 4))));
    }

    /** Learns the rows that are there, before the first call. Blocks. */
    public void learn(Database database) {
        all(database).stream()
                .map(row -> new Pair(row.channel(), row.sent(), row.answered()))
                .collect(Collectors.groupingBy(Pair::channel, Collectors.toSet()))
                .forEach((channel, pairs) -> known.put(channel, Set.copyOf(pairs)));
    }

    /** Returns whether this server knows the row of a pair. */
    public boolean isKnown(Pair pair) {
        return ofChannel(pair).contains(pair);
    }

    private Set<Pair> ofChannel(Pair pair) {
        return known.getOrDefault(pair.channel(), Set.of());
    }

    /** Returns the write of a pair's row, for the unit of a call that it answered; null if this server knows the row. @param at the present time */
    public @Nullable Change noting(Pair pair, Instant at) {
        Set<Pair> its = ofChannel(pair);
        return its.contains(pair) || its.contains(pair.other()) ? null : new Note(pair, at);
    }

    /** Returns the part that writes rows. */
    public Part<?> part() {
        return new NotePart();
    }

    /**
     * @param ofChannel all pairs of the channel
     * @param added the one of them that is new; null if none is
     */
    private record Noted(Set<Pair> ofChannel, @Nullable Pair added) {}

    private final class NotePart extends WritePart<Note> {

        NotePart() {
            super(Note.class);
        }

        @Override
        public void committed(List<Note> notes) {
            for (Note note : notes) {
                Noted noted = note.outcome();
                known.put(note.pair.channel(), noted.ofChannel());
                Pair added = noted.added();
                if (added != null) {
                    log.warn(
                            Event.MODEL_ANSWERED,
                            "channel {}: {} was sent, and {} answered; calls cost what the answering model does, or the"
                                    + " sent one if the catalogue has no price of the other",
                            added.channel(),
                            added.sent(),
                            added.answered());
                }
            }
        }
    }

    /** Writes the row of a pair unless it is there, or the row of all others if the channel has the most names. */
    private static final class Note extends Write<Noted> {

        private final Pair pair;
        private final Instant at;

        Note(Pair pair, Instant at) {
            this.pair = pair;
            this.at = at;
        }

        @Override
        protected Noted run(Statements statements) throws SQLException {
            if (statements.dialect() == Dialect.POSTGRESQL) { // servers count the names of a channel in turns
                statements.has(LOCK);
            }
            Set<Pair> pairs = new HashSet<>(statements.list(
                    OF_CHANNEL, row -> new Pair(row.getString(1), row.getString(2), row.getString(3)), pair.channel()));
            Pair added = pairs.contains(pair) || pairs.size() < NAMES_MAX ? pair : pair.other();
            boolean isFull = pairs.isEmpty() && statements.number(SIZE) >= ROWS_MAX;
            if (isFull) {
                return new Noted(Set.of(pair.other()), null);
            }
            if (!pairs.add(added)) {
                return new Noted(Set.copyOf(pairs), null);
            }
            long last = statements.number(NEWEST);
            statements.run(
                    INSERT,
                    added.channel(),
                    added.sent(),
                    added.answered(),
                    Instant.ofEpochMilli(Math.max(at.toEpochMilli(), last + 1)));
            return new Noted(Set.copyOf(pairs), added);
        }
    }
}
