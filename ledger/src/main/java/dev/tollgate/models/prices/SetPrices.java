package dev.tollgate.models.prices;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.lists.PricesHandler;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The prices that were set: their rows, the command that sets one, and their place in the catalogue. Thread-safe. */
public final class SetPrices {

    /** How often a server looks for prices that another server has set. */
    public static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /** The most versions of a model on one page. */
    public static final int PAGE_MAX = 200;

    private static final Logger log = LoggerFactory.getLogger(SetPrices.class);

    private static final String KIND = "set";

    private static final String COLUMNS = """
            SELECT number, model_id, version, created_at, terms, from_at FROM price WHERE kind = 'set'""";
    private static final String NEWEST = COLUMNS + " AND model_id = ? ORDER BY number DESC LIMIT 1";
    private static final String SINCE = COLUMNS + " AND number > ? ORDER BY number";
    private static final String ON_SALE =
            "SELECT kind, model_id, created_at, terms, from_at FROM price WHERE version = ? AND kind <> 'cost'";
    private static final String OF_MODEL = COLUMNS + " AND model_id = ? AND number < ? ORDER BY number DESC LIMIT ?";

    private final Database database;

    // guarded by this
    private final Map<String, List<PriceVersion>> holding = new HashMap<>();
    private long seen;
    private Catalogue catalogue = Catalogue.NONE;

    /**
     * A price that was set.
     *
     * @param sequence from 1, over all models
     * @param at the time at which it was set
     * @param from the time from which it is in force; null if that is at once
     * @param pricing the price, whose version never changes meaning
     */
    public record PriceVersion(
            long sequence,
            String modelId,
            Instant at,
            @Nullable Instant from,
            Pricing pricing) implements Dated {

        PriceSchedule.Dated dated() {
            return new PriceSchedule.Dated(since(), pricing);
        }
    }

    public SetPrices(Database database) {
        this.database = database;
    }

    /** Returns a price that is or was on sale, of the catalogue or set; null if there was none with this version. Blocks. */
    public PricesHandler.@Nullable Version onSale(String version) {
        return database.read(sql -> sql.one(ON_SALE, row -> onSale(version, row), version));
    }

    private static PricesHandler.Version onSale(String version, ResultSet row) throws SQLException {
        Instant set = row.getString(1).equals(KIND) ? Columns.time(row, 3) : Instant.MIN;
        Instant from = Columns.timeOrNull(row, 5);
        Pricing pricing = PriceTerms.read(version, row.getString(4));
        return new PricesHandler.Version(row.getString(2), new PriceSchedule.Dated(from == null ? set : from, pricing));
    }

    /** Applies the prices that were set to a catalogue, and all later ones. Blocks. */
    public void applyTo(Catalogue catalogue) {
        synchronized (this) {
            this.catalogue = catalogue;
            hold(List.of());
        }
        look();
    }

    /** Applies prices that any server has set since the last call. Blocks. */
    public void look() {
        long from = lastRead();
        List<PriceVersion> versions = database.read(sql -> sql.list(SINCE, SetPrices::read, from));
        if (!versions.isEmpty()) {
            take(versions);
        }
        versions.stream().filter(this::isHeld).forEach(SetPrices::warn);
    }

    private synchronized boolean isHeld(PriceVersion version) {
        return holding.getOrDefault(version.modelId(), List.of()).contains(version);
    }

    /** Warns of a price with a rate for long prompts alone, which could be set earlier: it is charged until another price is set. */
    private static void warn(PriceVersion version) {
        Tariff tariff = version.pricing().tariff();
        PriceRates.Step above = tariff.above();
        Rate alone = above == null ? null : above.rateWithout(tariff.rates());
        if (above != null && alone != null) {
            log.warn(
                    "price {} has {} for prompts above {} tokens alone and is charged so; set a price that has it for all prompts, or for none",
                    version.pricing().version(),
                    alone.key(),
                    above.promptTokens());
        }
    }

    private synchronized long lastRead() {
        return seen;
    }

    /** Returns all versions after the last one read: they are numbered in the order of their commits. */
    private synchronized void take(List<PriceVersion> versions) {
        for (PriceVersion version : versions) {
            seen = Math.max(seen, version.sequence());
        }
        hold(versions);
    }

    /** Applies a version of this server. Earlier versions of other servers are read later, since the last version read stays. */
    synchronized void committed(List<PriceVersion> versions) {
        for (PriceVersion version : versions) {
            if (version.sequence() == seen + 1) {
                seen = version.sequence();
            }
        }
        hold(versions);
    }

    /** Applies versions in any order: an older version never replaces a newer one. */
    private void hold(List<PriceVersion> versions) {
        for (PriceVersion version : versions) {
            holding.merge(version.modelId(), List.of(version), Dated::merged);
        }
        Map<String, List<PriceSchedule.Dated>> prices = new HashMap<>();
        holding.forEach((modelId, held) ->
                prices.put(modelId, held.stream().map(PriceVersion::dated).toList()));
        catalogue.use(prices);
    }

    /** Returns the version of a model's price that was set last, as far as this server has read; null if none was set. Does not block. */
    public synchronized @Nullable String newest(String modelId) {
        List<PriceVersion> held = holding.get(modelId);
        return held == null ? null : held.getLast().pricing().version();
    }

    /** Returns the earliest time from which a new price may be in force: now, or later if the clock was set back. Does not block. */
    public synchronized Instant earliest(String modelId, Instant now) {
        List<PriceVersion> held = holding.get(modelId);
        return held == null ? now : Dated.earliest(held, now);
    }

    /**
     * Returns the versions of one model's price, the newest first.
     *
     * @param before the last sequence of the previous page; {@link Long#MAX_VALUE} for the newest
     * @param limit 1 to {@value #PAGE_MAX}, or one more, to see whether the list continues
     */
    public List<PriceVersion> of(String modelId, long before, int limit) {
        if (limit < 1 || limit > PAGE_MAX + 1) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " versions, not " + limit);
        }
        return database.read(sql -> sql.list(OF_MODEL, SetPrices::read, modelId, before, limit));
    }

    /** Returns the models on sale at all prices that are committed, those included that this server has not read. */
    List<Model> models(Sql sql) throws SQLException {
        List<PriceVersion> unread = sql.list(SINCE, SetPrices::read, lastRead());
        return standard().all().stream().map(model -> with(model, unread)).toList();
    }

    private synchronized Catalogue standard() {
        return catalogue;
    }

    private static Model with(Model model, List<PriceVersion> versions) {
        PriceSchedule prices = model.prices();
        for (PriceVersion version : versions) {
            prices = version.modelId().equals(model.id()) ? prices.then(version.dated()) : prices;
        }
        return prices == model.prices() ? model : model.atPrices(prices);
    }

    /**
     * Makes a new version of a model's price, unless another one was set in the meantime. A version replaces all later prices of its model, so the later prices
     * that are kept are written after it, as versions of the same commit: every server and every program that reads the rows gets the same prices. The outcome
     * has the new version and the versions of kept prices, in the order of time. All of them are recorded at the prices of all groups.
     */
    public static final class SetPrice extends PriceChange<Outcome<List<PriceVersion>>> {

        private final PriceGroups groups;
        private final List<GroupRows.GroupPrice> ofGroups = new ArrayList<>();
        private final String modelId;
        private final @Nullable String newest;
        private final Pricing next;
        private final @Nullable Instant from;
        private final List<PriceSchedule.Dated> kept;
        private final Instant at;

        /**
         * @param groups in which the model is sold, too
         * @param newest the version of the model's price that was set last, as far as the operator knows; null if none was set
         * @param next the new price, whose version is chosen here
         * @param from the time from which it is in force; null for at once
         * @param kept the later prices that stay, the earliest first, under versions that are chosen here
         * @param at the present time, before which none of the later prices was in force
         */
        public SetPrice(
                PriceGroups groups,
                String modelId,
                @Nullable String newest,
                Pricing next,
                @Nullable Instant from,
                List<PriceSchedule.Dated> kept,
                Instant at) {
            super(Table.GROUP);
            this.groups = groups;
            this.modelId = modelId;
            this.newest = newest;
            this.next = next;
            this.from = from;
            this.kept = List.copyOf(kept);
            this.at = at;
        }

        @Override
        protected Outcome<List<PriceVersion>> run(Statements statements) throws SQLException {
            PriceVersion last = statements.one(NEWEST, SetPrices::read, modelId);
            if (last != null && !last.pricing().version().equals(newest)) {
                return new Outcome.Refused<>(changed(last.pricing().version()));
            }
            Instant earliest = earliest(statements);
            if (from != null && from.isBefore(earliest)) {
                return new Outcome.Refused<>(Dated.tooEarly(from, earliest));
            }
            long sequence = PriceRows.last(statements, KIND);
            List<PriceVersion> versions = new ArrayList<>();
            versions.add(version(++sequence, from == null && earliest.isAfter(at) ? earliest : from, next));
            for (PriceSchedule.Dated price : kept) {
                versions.add(version(++sequence, price.from(), price.pricing()));
            }
            List<PriceSchedule.Dated> prices = new ArrayList<>(List.of(
                    new PriceSchedule.Dated(Instant.MIN, versions.getFirst().pricing())));
            versions.stream().skip(1).map(PriceVersion::dated).forEach(prices::add);
            ApiError refusal = groups.add(
                    statements,
                    modelId,
                    new PriceSchedule(prices),
                    versions.getFirst().since(),
                    at,
                    ofGroups);
            if (refusal != null) {
                return new Outcome.Refused<>(refusal);
            }
            for (PriceVersion version : versions) {
                insert(statements, version);
            }
            return new Outcome.Done<>(List.copyOf(versions));
        }

        /** Returns the earliest time of the new price, which is before those that are kept. */
        private Instant earliest(Statements statements) throws SQLException {
            Instant call = NewestCall.ofAll(statements, at);
            if (!kept.isEmpty() && !call.isBefore(kept.getFirst().from())) {
                call = at;
            }
            List<PriceVersion> set = statements.list(OF_MODEL, SetPrices::read, modelId, Long.MAX_VALUE, PAGE_MAX);
            return set.isEmpty() ? call : Dated.earliest(Dated.merged(List.of(), set), call);
        }

        @Override
        void committed() {
            if (outcome() instanceof Outcome.Done<List<PriceVersion>>(List<PriceVersion> set)) {
                groups.committed(set, ofGroups);
            }
        }

        /** Returns the refusal of a price that was chosen before another one was set. */
        public static ApiError changed(String version) {
            return ApiError.invalid(
                            null,
                            sentence("Another operator has changed the price. Its version is {version} now.", version))
                    .withStatus(409);
        }

        private PriceVersion version(long sequence, @Nullable Instant from, Pricing pricing) {
            return new PriceVersion(
                    sequence, modelId, at, from, pricing.named(modelId + "@" + Pricing.SET_MARK + sequence));
        }
    }

    private static PriceVersion read(ResultSet row) throws SQLException {
        return new PriceVersion(
                row.getLong(1),
                row.getString(2),
                Columns.time(row, 4),
                Columns.timeOrNull(row, 6),
                PriceTerms.read(row.getString(3), row.getString(5)));
    }

    private static void insert(Statements statements, PriceVersion version) throws SQLException {
        PriceRows.insert(
                statements,
                version.pricing().version(),
                KIND,
                version.sequence(),
                version.modelId(),
                version.at(),
                version.from(),
                PriceTerms.of(version.pricing()));
    }
}
