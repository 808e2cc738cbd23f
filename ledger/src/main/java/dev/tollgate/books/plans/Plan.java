package dev.tollgate.books.plans;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.models.prices.Offer;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The terms of a version of a plan: what it gives for a period, and its price (Z40). Immutable.
 *
 * @param name that customers see, 1 to {@value #NAME_CHARS_MAX} characters
 * @param cents US cents without tax, for a period; 0, or {@value #CENTS_MIN} to {@value #CENTS_MAX}
 * @param creditsMicros micro-credits of a period, above 0
 * @param models that the credits pay for
 * @param group the price group of the account while a period runs; null: none
 * @param limits of the credits of a period
 * @param onSale whether customers can buy it, which costs at least {@value #CENTS_MIN}
 */
public record Plan(
        String name,
        long cents,
        Period period,
        long creditsMicros,
        ModelPatterns models,
        @Nullable String group,
        GrantLimits limits,
        boolean onSale) {

    /** Ids of plans. */
    public static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    public static final int NAME_CHARS_MAX = 60;
    public static final long CENTS_MIN = 50;
    public static final long CENTS_MAX = 99_999_999;

    /** The length of a period, by the calendar in UTC. */
    public enum Period {
        DAY(ChronoUnit.DAYS, sentence("day")),
        WEEK(ChronoUnit.WEEKS, sentence("week")),
        MONTH(ChronoUnit.MONTHS, sentence("month"));

        /** No period is longer: the average of the longest by the calendar, and what the calendar adds to an average month or year. */
        public static final Duration LONGEST = Stream.of(values())
                .map(period -> period.unit.getDuration().plusDays(2))
                .max(Comparator.naturalOrder())
                .orElseThrow();

        private final ChronoUnit unit;
        private final Sentence label;
        private final String word = name().toLowerCase(Locale.ROOT);

        Period(ChronoUnit unit, Sentence label) {
            this.unit = unit;
            this.label = label;
        }

        /** Returns the name in JSON and in commands. */
        public String word() {
            return word;
        }

        /** Returns the name on pages. */
        public Sentence label() {
            return label;
        }

        /**
         * Returns the end of a period. It is counted from the anchor, so that a month that begins on the 31st ends on the last day of a short month, and the one
         * after it on the 31st again.
         *
         * @param number from 1; 0 for the anchor itself
         */
        public Instant end(Instant anchor, int number) {
            return LocalDateTime.ofInstant(anchor, ZoneOffset.UTC)
                    .plus(number, unit)
                    .toInstant(ZoneOffset.UTC);
        }

        static Period of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    public Plan {
        if (creditsMicros <= 0 || cents < (onSale ? CENTS_MIN : 0)) {
            throw new IllegalArgumentException("a plan of " + creditsMicros + " micro-credits for " + cents + " cents");
        }
    }

    /** Makes a plan that operators assign and customers cannot buy. */
    public Plan(
            String name,
            long cents,
            Period period,
            long creditsMicros,
            ModelPatterns models,
            @Nullable String group,
            GrantLimits limits) {
        this(name, cents, period, creditsMicros, models, group, limits, false);
    }

    /** Returns a time as other servers read it. */
    static Instant millis(Instant at) {
        return at.truncatedTo(ChronoUnit.MILLIS);
    }

    /** Returns the terms of credits for one period from a time on, beside what an account has. */
    public GrantTerms beside(Instant at) {
        Instant begin = millis(at);
        return terms(begin, period.end(begin, 1));
    }

    /** Returns the terms of the credits of a period. */
    GrantTerms terms(Instant startsAt, Instant endsAt) {
        return new GrantTerms(Kind.PLAN, models, startsAt, endsAt, limits);
    }

    /** Returns this as its row keeps it. */
    String body() {
        ObjectNode json = ApiJson.MAPPER
                .createObjectNode()
                .put("name", name)
                .put("cents", cents)
                .put("period", period.word())
                .put("credits_micros", creditsMicros)
                .put("group", group)
                .put("limits", limits.text())
                .put("on_sale", onSale);
        ArrayNode all = json.putArray("models");
        models.all().forEach(all::add);
        return json.toString();
    }

    /** Reads what {@link #body} wrote. @throws RuntimeException if it is malformed */
    public static Plan read(String body) {
        JsonNode json = ApiJson.MAPPER.readTree(body);
        JsonNode group = json.required("group");
        return new Plan(
                json.required("name").stringValue(),
                json.required("cents").longValue(),
                Period.of(json.required("period").stringValue()),
                json.required("credits_micros").longValue(),
                new ModelPatterns(json.required("models")
                        .valueStream()
                        .map(JsonNode::stringValue)
                        .toList()),
                group.isNull() ? null : group.stringValue(),
                GrantLimits.of(json.required("limits").stringValue()),
                json.path("on_sale").booleanValue(false));
    }

    /**
     * A version of a plan, for good except for its end.
     *
     * @param sequence from 1, over all plans
     * @param plan the id of the plan
     * @param number from 1 within the plan
     * @param closedAt since when it is neither assigned, sold nor renewed; null: it is not closed
     */
    public record Version(
            long sequence,
            String plan,
            long number,
            Instant createdAt,
            Plan terms,
            @Nullable Instant closedAt) {

        /** @param first the column of the sequence */
        static Version read(ResultSet row, int first) throws SQLException {
            return new Version(
                    row.getLong(first),
                    row.getString(first + 1),
                    row.getLong(first + 2),
                    Columns.time(row, first + 3),
                    Plan.read(row.getString(first + 4)),
                    Columns.timeOrNull(row, first + 5));
        }

        public boolean isClosed() {
            return closedAt != null;
        }

        public Offer offer() {
            return Offer.of(isClosed());
        }
    }
}
