package dev.tollgate.models.prices;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of kind {@code group} in the table {@code price}: each price of a group is there before a call names it (Z2). */
final class GroupRows {

    static final String KIND = "group";

    /** The most rows that one request adds. */
    static final int REQUEST_MAX = 10_000;

    private static final int AT_ONCE = 100;
    private static final String FIND = "SELECT version, terms FROM price WHERE version IN ("
            + String.join(", ", Collections.nCopies(AT_ONCE, "?")) + ")";

    private GroupRows() {}

    /** A price of a group. */
    record GroupPrice(String modelId, Pricing pricing) {}

    /**
     * Prices that may have rows.
     *
     * @param missing those without a row
     * @param other versions whose rows have other terms
     */
    record Compared(List<GroupPrice> missing, List<String> other) {

        /** Returns why a request cannot add the missing rows; null if it can. */
        @Nullable
        ApiError refusal() {
            if (!other.isEmpty()) {
                return refused(sentence(
                        "The price version {version} means another price in this installation; the servers have different catalogues.",
                        other.getFirst()));
            }
            return missing.size() <= REQUEST_MAX
                    ? null
                    : refused(sentence(
                            "The change would add {count} prices of groups; at most {max} are added by one request.",
                            Integer.toString(missing.size()),
                            Integer.toString(REQUEST_MAX)));
        }
    }

    static ApiError refused(Sentence why) {
        return ApiError.invalid(null, why).withStatus(409);
    }

    /**
     * Returns the prices of groups that are in force at a time or later, by their versions.
     *
     * @param groups the versions of each
     * @throws IllegalArgumentException with a sentence if a rate would be out of range
     */
    static Map<String, GroupPrice> from(
            Instant since, Collection<Model> models, Collection<List<GroupVersion>> groups) {
        Map<String, GroupPrice> prices = new LinkedHashMap<>();
        for (Model model : models) {
            groups.forEach(versions -> add(prices, since, model.id(), model.prices(), versions));
        }
        return prices;
    }

    /** Adds the prices of a model in a group. Parameters as above. */
    static void add(
            Map<String, GroupPrice> prices,
            Instant since,
            String modelId,
            PriceSchedule standard,
            List<GroupVersion> versions) {
        List<PriceSchedule.Dated> dated;
        try {
            dated = GroupVersion.prices(modelId, standard, versions, any -> true)
                    .dated();
        } catch (IllegalArgumentException _) {
            throw new Mistake(sentence(
                    "A rate of {model} in the price group {group} would be higher than a million credits.",
                    modelId,
                    versions.getLast().name()));
        }
        for (int i = 0; i < dated.size(); i++) {
            Pricing pricing = dated.get(i).pricing();
            boolean isOver = i + 1 < dated.size() && !dated.get(i + 1).from().isAfter(since);
            if (!isOver && Pricing.groupOf(pricing.version()) != null) {
                prices.put(pricing.version(), new GroupPrice(modelId, pricing));
            }
        }
    }

    /** Looks the rows of prices up. */
    static Compared compare(Sql sql, Collection<GroupPrice> prices) throws SQLException {
        List<GroupPrice> missing = new ArrayList<>();
        List<String> other = new ArrayList<>();
        List<GroupPrice> all = List.copyOf(prices);
        for (int i = 0; i < all.size(); i += AT_ONCE) {
            List<GroupPrice> some = all.subList(i, Math.min(all.size(), i + AT_ONCE));
            Map<String, String> terms = terms(sql, some);
            for (GroupPrice price : some) {
                String version = price.pricing().version();
                String written = terms.get(version);
                if (written == null) {
                    missing.add(price);
                } else if (!PriceTerms.read(version, written).equals(price.pricing())) {
                    other.add(version);
                }
            }
        }
        return new Compared(missing, other);
    }

    private static Map<String, String> terms(Sql sql, List<GroupPrice> prices) throws SQLException {
        @Nullable Object[] versions = new @Nullable Object[AT_ONCE];
        Arrays.setAll(
                versions,
                i -> prices.get(Math.min(i, prices.size() - 1)).pricing().version());
        Map<String, String> terms = new HashMap<>();
        sql.each(FIND, row -> terms.put(row.getString(1), row.getString(2)), versions);
        return terms;
    }

    /** Adds rows. The table is locked. */
    static void insert(Sql sql, List<GroupPrice> prices, Instant at) throws SQLException {
        long number = PriceRows.last(sql, KIND);
        for (GroupPrice price : prices) {
            Pricing pricing = price.pricing();
            PriceRows.insert(sql, pricing.version(), KIND, ++number, price.modelId(), at, null, PriceTerms.of(pricing));
        }
    }
}
