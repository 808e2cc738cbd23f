package dev.tollgate.models.prices;

import dev.tollgate.base.money.Credits;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.Pricing;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rates of the catalogue's price versions, recorded by the first start with each: a version means one price, on every server. */
public final class RecordedRates {

    private static final String LOCK = "SELECT pg_advisory_xact_lock(7260374829)";
    private static final String FIND = """
            SELECT input_micros, output_micros, reasoning_billed, rounding, step_micros, minimum_micros FROM price_rates
            WHERE version = ?""";
    private static final String INSERT = """
            INSERT INTO price_rates (version, model_id, created_at, input_micros, output_micros, reasoning_billed, rounding, step_micros,
                minimum_micros)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private RecordedRates() {}

    public static Part<?> part() {
        return new WritePart<>(RecordRates.class);
    }

    /**
     * Records versions that are new. Blocks.
     *
     * @throws CannotOpen where a version has other rates than it had, with the line of the file and the remedy
     */
    public static void record(Catalogue catalogue, Writer writer, Instant now) {
        RecordRates record = new RecordRates(catalogue.asWritten(), now);
        writer.commitAndWait(Unit.of(record));
        if (!record.outcome().isEmpty()) {
            throw new CannotOpen(complaint(catalogue, record.outcome().getFirst()));
        }
    }

    private static String complaint(Catalogue catalogue, RecordRates.Changed changed) {
        Pricing now = changed.model().pricing();
        List<String> rates = new ArrayList<>();
        compare(rates, "input", rate(changed.before().inputMicrosPerMillion()), rate(now.inputMicrosPerMillion()));
        compare(rates, "output", rate(changed.before().outputMicrosPerMillion()), rate(now.outputMicrosPerMillion()));
        compare(rates, "reasoning", reasoning(changed.before()), reasoning(now));
        compare(
                rates,
                "rounding",
                changed.before().rounding().describe(),
                now.rounding().describe());
        return catalogue.placeOf(now.version()) + ": the price version '" + now.version() + "' of "
                + changed.model().id() + " means another price in this installation: " + String.join("; ", rates)
                + ". Give the changed price a new version, or write the former rates.";
    }

    private static void compare(List<String> rates, String name, String before, String now) {
        if (!before.equals(now)) {
            rates.add(name + " " + before + ", not " + now);
        }
    }

    private static String rate(long micros) {
        return Credits.text(micros);
    }

    private static String reasoning(Pricing pricing) {
        return pricing.reasoningBilled() ? "billed" : "free";
    }

    static List<RecordRates.Changed> record(Statements statements, List<Model> models, Instant at) throws SQLException {
        if (statements.dialect() == Dialect.POSTGRESQL) { // servers that start together take turns
            statements.has(LOCK);
        }
        List<Model> fresh = new ArrayList<>();
        List<RecordRates.Changed> changed = new ArrayList<>();
        for (Model model : models) {
            Pricing before = find(statements, model.pricing().version());
            if (before == null) {
                fresh.add(model);
            } else if (!before.equals(model.pricing())) {
                changed.add(new RecordRates.Changed(model, before));
            }
        }
        if (changed.isEmpty()) {
            for (Model model : fresh) {
                insert(statements, model, at);
            }
        }
        return changed;
    }

    private static @Nullable Pricing find(Sql sql, String version) throws SQLException {
        return sql.one(
                FIND,
                row -> new Pricing(
                        version,
                        row.getLong(1),
                        row.getLong(2),
                        Columns.flag(row, 3),
                        new Pricing.Rounding(
                                Pricing.Rounding.Form.valueOf(row.getString(4)), row.getLong(5), row.getLong(6))),
                version);
    }

    private static void insert(Sql sql, Model model, Instant at) throws SQLException {
        Pricing pricing = model.pricing();
        sql.run(
                INSERT,
                pricing.version(),
                model.id(),
                at,
                pricing.inputMicrosPerMillion(),
                pricing.outputMicrosPerMillion(),
                pricing.reasoningBilled(),
                pricing.rounding().form().name(),
                pricing.rounding().stepMicros(),
                pricing.rounding().minimumMicros());
    }
}
