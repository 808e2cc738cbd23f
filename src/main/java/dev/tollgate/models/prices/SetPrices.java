package dev.tollgate.models.prices;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Pricing;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.WritePart;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The prices that were set, as the database has them, and their way into the catalogue. Thread-safe. */
public final class SetPrices {

    /** How often a server looks for what another one has set. */
    public static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /** The most that one page of a model's versions holds. */
    public static final int PAGE_MAX = 200;

    private static final String SINCE = PriceRows.COLUMNS + " WHERE sequence > ? ORDER BY sequence";
    private static final String OF_MODEL =
            PriceRows.COLUMNS + " WHERE model_id = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?";

    private final Database database;

    // guarded by this
    private final Map<String, PriceVersion> holding = new HashMap<>();
    private long seen;
    private Catalogue catalogue = Catalogue.NONE;

    public SetPrices(Database database) {
        this.database = database;
    }

    /** From now on the catalogue has the prices that were set, before this and after. Blocks. */
    public void applyTo(Catalogue catalogue) {
        synchronized (this) {
            this.catalogue = catalogue;
        }
        look();
    }

    /** Takes over what was set since the last look, by whichever server. Blocks. */
    public void look() {
        long from = seen();
        take(database.read(sql -> sql.list(SINCE, PriceRows::version, from)));
    }

    private synchronized long seen() {
        return seen;
    }

    /** All that there are since a version that was seen: they are numbered in the order of their commits. */
    private synchronized void take(List<PriceVersion> versions) {
        for (PriceVersion version : versions) {
            seen = Math.max(seen, version.sequence());
        }
        hold(versions);
    }

    /** Another server's that lie between are found by the next look, since what was seen does not move past them. */
    private synchronized void committed(List<PriceVersion> versions) {
        for (PriceVersion version : versions) {
            if (version.sequence() == seen + 1) {
                seen = version.sequence();
            }
        }
        hold(versions);
    }

    /** In whichever order it is told of them: an older one never takes the place of a newer. */
    private void hold(List<PriceVersion> versions) {
        for (PriceVersion version : versions) {
            holding.merge(version.modelId(), version, (one, other) -> one.sequence() > other.sequence() ? one : other);
        }
        Map<String, Pricing> prices = new HashMap<>();
        holding.forEach((modelId, version) -> prices.put(modelId, version.pricing()));
        catalogue.use(prices);
    }

    /**
     * The versions of one model's price, the newest first.
     *
     * @param before the last sequence of the page before; {@link Long#MAX_VALUE} for the newest
     * @param limit 1 to {@value #PAGE_MAX}
     */
    public List<PriceVersion> of(String modelId, long before, int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " versions, not " + limit);
        }
        return database.read(sql -> sql.list(OF_MODEL, PriceRows::version, modelId, before, limit));
    }

    /** Writes new versions; what is committed holds before it is told. */
    public Part<?> part() {
        return new Versions();
    }

    private final class Versions extends WritePart<SetPrice> {

        Versions() {
            super(SetPrice.class);
        }

        /** Another server's versions wait until this batch is committed: so they are numbered as they are committed. */
        @Override
        public void write(Statements statements, List<SetPrice> changes) throws SQLException {
            statements.lockTable("price_version");
            super.write(statements, changes);
        }

        @Override
        public void committed(List<SetPrice> changes) {
            List<PriceVersion> versions = new ArrayList<>();
            for (SetPrice change : changes) {
                if (change.outcome() instanceof SetPrice.Set set) {
                    versions.add(set.now());
                }
            }
            SetPrices.this.committed(versions);
        }
    }
}
