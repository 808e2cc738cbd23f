package dev.tollgate.models.prices;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.TariffJson;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The rates of the catalogue's price versions, recorded by the first start with each: a version means one price, on every server. */
public final class RecordedRates {

    private static final String LOCK = "SELECT pg_advisory_xact_lock(7260374829)";
    private static final String FIND = "SELECT terms FROM price WHERE version = ?";

    private RecordedRates() {}

    public static Part<?> part() {
        return new WritePart<>(RecordRates.class);
    }

    /**
     * Records versions that are new. Blocks.
     *
     * @throws CannotOpen if a version has other rates than it had, with the line of the file and the remedy
     */
    public static void record(Catalogue catalogue, Writer writer, Instant now) {
        RecordRates record = new RecordRates(catalogue.asWritten(), catalogue.upstreamModels(), now);
        writer.commitAndWait(Unit.of(record));
        if (!record.outcome().isEmpty()) {
            throw new CannotOpen(complaint(catalogue, record.outcome().getFirst()));
        }
    }

    private static String complaint(Catalogue catalogue, Changed changed) {
        Pricing before = changed.before();
        Pricing now = changed.now();
        List<String> rates = new ArrayList<>();
        compare(rates, "", TariffJson.of(before.tariff()), TariffJson.of(now.tariff()));
        compare(rates, "reasoning", reasoning(before), reasoning(now));
        compare(rates, "rounding", before.rounding().describe(), now.rounding().describe());
        return catalogue.placeOf(now.version()) + ": the price version '" + now.version() + "' of "
                + changed.model().id() + " means another price in this installation: " + String.join("; ", rates)
                + ". Give the changed price a new version, or write the former rates.";
    }

    private static void compare(List<String> rates, String name, String before, String now) {
        if (!before.equals(now)) {
            rates.add(name + " " + before + ", not " + now);
        }
    }

    /** Compares all members; members of objects have their path. */
    private static void compare(List<String> rates, String path, ObjectNode before, ObjectNode now) {
        Set<String> names = new LinkedHashSet<>(before.propertyNames());
        names.addAll(now.propertyNames());
        for (String name : names) {
            String key = path + name;
            if (before.path(name) instanceof ObjectNode one && now.path(name) instanceof ObjectNode other) {
                compare(rates, key + ".", one, other);
            } else {
                compare(rates, key, rate(before.get(name)), rate(now.get(name)));
            }
        }
    }

    private static String rate(@Nullable JsonNode rate) {
        return rate == null ? "none" : rate.isNumber() ? rate.decimalValue().toPlainString() : rate.toString();
    }

    private static String reasoning(Pricing pricing) {
        return pricing.reasoningBilled() ? "billed" : "free";
    }

    /** A version that no start has recorded. */
    private record Fresh(String modelId, Pricing pricing) {}

    private static @Nullable Pricing find(Sql sql, String version) throws SQLException {
        return sql.one(FIND, row -> PriceTerms.read(version, row.getString(1)), version);
    }

    private static void insert(Sql sql, String version, String kind, String modelId, String terms, Instant at)
            throws SQLException {
        PriceRows.insert(sql, version, kind, PriceRows.last(sql, kind) + 1, modelId, at, null, terms);
    }

    /**
     * @param before former rates of the model's version
     * @param now its rates in the catalogue
     */
    private record Changed(Model model, Pricing before, Pricing now) {}

    /**
     * Records the rates of a catalogue's price versions. The outcome has the former rates of versions whose rates have changed; if there
     * is one, nothing is recorded.
     */
    private static final class RecordRates extends Write<List<Changed>> {

        private final List<Model> models;
        private final List<UpstreamModel> upstreams;
        private final Instant at;

        RecordRates(List<Model> models, List<UpstreamModel> upstreams, Instant at) {
            this.models = List.copyOf(models);
            this.upstreams = List.copyOf(upstreams);
            this.at = at;
        }

        @Override
        protected List<Changed> run(Statements statements) throws SQLException {
            if (statements.dialect() == Dialect.POSTGRESQL) { // servers that start together take turns
                statements.has(LOCK);
            }
            List<Fresh> fresh = new ArrayList<>();
            List<Changed> changed = new ArrayList<>();
            for (Model model : models) {
                for (PriceSchedule.Dated price : model.prices().dated()) {
                    Pricing now = price.pricing();
                    Pricing before = find(statements, now.version());
                    if (before == null) {
                        fresh.add(new Fresh(model.id(), now));
                    } else if (!before.equals(now)) {
                        changed.add(new Changed(model, before, now));
                    }
                }
            }
            if (changed.isEmpty()) {
                for (Fresh price : fresh) {
                    String terms = PriceTerms.of(price.pricing());
                    insert(statements, price.pricing().version(), "file", price.modelId(), terms, at);
                }
                recordCosts(statements);
            }
            return changed;
        }

        /** Records the costs of upstream models that are not on sale, too: one of them may answer. */
        private void recordCosts(Statements statements) throws SQLException {
            for (UpstreamModel upstream : upstreams) {
                for (UpstreamModel.Cost cost : upstream.costs()) {
                    if (!statements.has(FIND, cost.version())) {
                        insert(statements, cost.version(), "cost", "", PriceTerms.of(cost.tariff()), at);
                    }
                }
            }
        }
    }
}
