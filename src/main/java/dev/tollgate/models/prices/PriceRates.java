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
import dev.tollgate.storage.Writer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rates of the catalogue's price versions, recorded by the first start with each: a version means one price, on every server. */
public final class PriceRates {

    private static final String LOCK = "SELECT pg_advisory_xact_lock(7260374829)";
    private static final String FIND = """
            SELECT input_micros, output_micros, reasoning_billed, rounding, step_micros, minimum_micros FROM price_rates
            WHERE version = ?""";
    private static final String INSERT = """
            INSERT INTO price_rates (version, model_id, created_at, input_micros, output_micros, reasoning_billed, rounding, step_micros,
                minimum_micros)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private PriceRates() {}

    public static Part<?> part() {
        return new Rates();
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

    private static final class Rates implements Part<RecordRates> {

        @Override
        public Class<RecordRates> type() {
            return RecordRates.class;
        }

        @Override
        public void write(Statements statements, List<RecordRates> changes) throws SQLException {
            if (statements.dialect() == Dialect.POSTGRESQL) { // servers that start together take turns
                statements.of(LOCK).executeQuery().close();
            }
            for (RecordRates change : changes) {
                List<Model> fresh = new ArrayList<>();
                List<RecordRates.Changed> changed = new ArrayList<>();
                for (Model model : change.models()) {
                    Pricing before = find(statements, model.pricing().version());
                    if (before == null) {
                        fresh.add(model);
                    } else if (!before.equals(model.pricing())) {
                        changed.add(new RecordRates.Changed(model, before));
                    }
                }
                if (changed.isEmpty()) {
                    for (Model model : fresh) {
                        insert(statements, model, change.at());
                    }
                }
                change.done(changed);
            }
        }

        private static @Nullable Pricing find(Statements statements, String version) throws SQLException {
            PreparedStatement select = statements.of(FIND);
            select.setString(1, version);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? new Pricing(
                                version,
                                row.getLong(1),
                                row.getLong(2),
                                row.getInt(3) == 1,
                                new Pricing.Rounding(
                                        Pricing.Rounding.Form.valueOf(row.getString(4)),
                                        row.getLong(5),
                                        row.getLong(6)))
                        : null;
            }
        }

        private static void insert(Statements statements, Model model, Instant at) throws SQLException {
            Pricing pricing = model.pricing();
            PreparedStatement insert = statements.of(INSERT);
            insert.setString(1, pricing.version());
            insert.setString(2, model.id());
            insert.setLong(3, at.toEpochMilli());
            insert.setLong(4, pricing.inputMicrosPerMillion());
            insert.setLong(5, pricing.outputMicrosPerMillion());
            insert.setInt(6, pricing.reasoningBilled() ? 1 : 0);
            insert.setString(7, pricing.rounding().form().name());
            insert.setLong(8, pricing.rounding().stepMicros());
            insert.setLong(9, pricing.rounding().minimumMicros());
            insert.executeUpdate();
        }
    }
}
