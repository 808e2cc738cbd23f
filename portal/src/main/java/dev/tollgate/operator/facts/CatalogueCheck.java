package dev.tollgate.operator.facts;

import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.money.Credits;
import dev.tollgate.customers.notices.ModelNotices;
import dev.tollgate.customers.notices.ModelUsers;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.CatalogueLoader.Facts;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.Model;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.facts.CatalogueChanges;
import dev.tollgate.models.facts.CatalogueChanges.Change;
import dev.tollgate.models.facts.CatalogueChanges.Missing;
import dev.tollgate.models.facts.KindLife;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.operator.admin.prices.Margins;
import dev.tollgate.storage.Database;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The check of what other facts of the vendor would change, before they are adopted (C16): by day, with the models on sale, who calls them, the margins
 * before and after, and the price that would keep a margin; and the rows in use that they lack. Changes nothing. Thread-safe; blocks.
 */
public record CatalogueCheck(Database database, Settings settings, InstantSource clock) {

    private static final int LARGEST = 10;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** A model whose customers get a mail about a time. */
    private record Mailed(String modelId, Instant at) {}

    /**
     * Returns the changes, and the rows that are missing, as JSON. Without a vendor's file in use, rows of an operator's own catalogue count, too.
     *
     * @param facts of the vendor, instead of the rows in use
     * @throws dev.tollgate.base.config.ConfigException if a catalogue cannot be read, or the facts do not fit the models on sale
     */
    public ObjectNode check(Facts facts) {
        Catalogue now = priced(CatalogueLoader.of(settings));
        AccountPrices sold = sold(now);
        Catalogue then = priced(CatalogueLoader.of(settings, facts));
        Instant at = clock.instant();
        ModelUsers users = ModelUsers.read(database, at);
        Map<String, Long> readers = ModelNotices.readers(database);
        Set<Mailed> mailed = mailed(then, at);
        mailed.removeAll(mailed(now, at));
        ObjectNode json = NODES.objectNode();
        ArrayNode changes = json.putArray("changes");
        CatalogueChanges differences = new CatalogueChanges(now, then, at);
        differences
                .all()
                .forEach(change -> changes.add(json(change, at, sold, users, mails(change, mailed, users, readers))));
        ArrayNode missing = json.putArray("missing");
        Path vendor = settings.find(ServerSettings.MODELS_VENDOR_FILE);
        Set<String> adopted = vendor == null ? null : Facts.of(vendor).names();
        Set<String> builtIn = Facts.BUILT_IN.names();
        differences.missing(facts.names()).stream()
                .filter(row -> adopted == null || adopted.contains(row.name()))
                .forEach(row -> missing.add(
                        json(row, row.renamed() == null && now.isOwn(row.name()) && !builtIn.contains(row.name()))));
        return json;
    }

    /** @param isOwn whether it may be a row that the operator has added, which no vendor ever had */
    private static ObjectNode json(Missing row, boolean isOwn) {
        ObjectNode json = NODES.objectNode();
        json.put("upstream_model", row.name());
        json.put("renamed", row.renamed());
        json.put("own", isOwn);
        ArrayNode models = json.putArray("models");
        row.models().forEach(model -> models.add(model.id()));
        return json;
    }

    /** Returns what the built-in facts would change. */
    public ObjectNode ofBuiltIn() {
        return check(Facts.BUILT_IN);
    }

    private Catalogue priced(Catalogue catalogue) {
        new SetPrices(database).applyTo(catalogue);
        return catalogue;
    }

    private AccountPrices sold(Catalogue catalogue) {
        AccountPrices sold = new AccountPrices(database, new SetPrices(database));
        sold.applyTo(catalogue);
        return sold;
    }

    private static Set<Mailed> mailed(Catalogue catalogue, Instant at) {
        Set<Mailed> mailed = new HashSet<>();
        for (String kind : CatalogueChanges.KINDS) {
            Foresight foresight = new Foresight(catalogue, new KindLife(catalogue, kind, at), at);
            Stream.concat(foresight.retiring().stream(), foresight.doubling().stream())
                    .forEach(change -> mailed.add(new Mailed(change.model().id(), change.at())));
        }
        return mailed;
    }

    /** Returns how many mails would go out because of a change. */
    private static long mails(Change change, Set<Mailed> mailed, ModelUsers users, Map<String, Long> readers) {
        List<String> names = new ArrayList<>();
        change.models().stream()
                .filter(model -> mailed.contains(new Mailed(model.id(), change.from())))
                .forEach(model -> names.addAll(names(model)));
        return users.of(names).stream()
                .mapToLong(user -> readers.getOrDefault(user.accountId(), 0L))
                .sum();
    }

    private static List<String> names(Model model) {
        return Stream.concat(Stream.of(model.id()), model.aliases().stream()).toList();
    }

    private static ObjectNode json(Change change, Instant now, AccountPrices sold, ModelUsers users, long mails) {
        ObjectNode json = NODES.objectNode();
        json.put("from", change.from().equals(now) ? null : change.from().toString());
        change.kinds().forEach(json.putArray("channel_kinds")::add);
        json.put("upstream_model", change.before().name());
        json.put("answers", change.after().name());
        change.words().forEach(json.putArray("changes")::add);
        json.put("mails", mails);
        ArrayNode models = json.putArray("models");
        change.models().forEach(model -> models.add(json(model, change, now, sold, users.of(names(model)))));
        return json;
    }

    private static ObjectNode json(
            Model model, Change change, Instant now, AccountPrices sold, List<ModelUsers.User> users) {
        Tariff price = model.at(change.from()).pricing().tariff();
        ObjectNode json = NODES.objectNode();
        json.put("id", model.id());
        json.put("accounts", users.size());
        ArrayNode largest = json.putArray("largest");
        users.stream().limit(LARGEST).forEach(user -> largest.addObject()
                .put("id", user.accountId())
                .put("name", user.name())
                .put("calls", user.calls()));
        json.set("margin_before", margin(price, change.costBefore()));
        json.set("margin_after", margin(price, change.costAfter()));
        json.set("keeps_margin", keeping(price, change));
        ArrayNode groups = groups(model, change, now, sold, users);
        if (!groups.isEmpty()) {
            json.set("groups", groups);
        }
        return json;
    }

    /** Returns the margins at the prices of the groups in which users of a model are. */
    private static ArrayNode groups(
            Model model, Change change, Instant now, AccountPrices sold, List<ModelUsers.User> users) {
        Map<String, Long> accounts = users.stream()
                .collect(Collectors.groupingBy(
                        user -> sold.group(user.accountId(), now), TreeMap::new, Collectors.counting()));
        accounts.remove(SoldTo.STANDARD);
        ArrayNode groups = NODES.arrayNode();
        accounts.forEach((group, count) -> {
            Model inGroup = sold.inGroup(group).find(model.id());
            if (inGroup != null) {
                Tariff price = inGroup.at(change.from()).pricing().tariff();
                ObjectNode json = groups.addObject().put("group", group).put("accounts", count);
                json.set("margin_before", margin(price, change.costBefore()));
                json.set("margin_after", margin(price, change.costAfter()));
                json.set("keeps_margin", keeping(price, change));
            }
        });
        return groups;
    }

    private static ObjectNode margin(Tariff price, UpstreamModel.@Nullable Cost cost) {
        Margins.Rates margin =
                Margins.of(price, cost == null ? null : cost.tariff()).rates();
        return NODES.objectNode().put("input", margin.input()).put("output", margin.output());
    }

    /** Returns the price that keeps the margin of before; null if the cost does not rise, or either is unknown. */
    private static @Nullable ObjectNode keeping(Tariff price, Change change) {
        UpstreamModel.Cost before = change.costBefore();
        UpstreamModel.Cost after = change.costAfter();
        if (before == null || after == null) {
            return null;
        }
        long input =
                keeping(price.rates().inputMicros(), before.inputMicrosPerMillion(), after.inputMicrosPerMillion());
        long output =
                keeping(price.rates().outputMicros(), before.outputMicrosPerMillion(), after.outputMicrosPerMillion());
        return input <= price.rates().inputMicros() && output <= price.rates().outputMicros()
                ? null
                : NODES.objectNode()
                        .put("input", new BigDecimal(Credits.text(input)))
                        .put("output", new BigDecimal(Credits.text(output)));
    }

    /** Returns the price, or a higher one in proportion to a higher cost, rounded up. */
    private static long keeping(long price, long before, long after) {
        return before <= 0 || after <= before
                ? price
                : BigInteger.valueOf(price)
                        .multiply(BigInteger.valueOf(after))
                        .add(BigInteger.valueOf(before - 1))
                        .divide(BigInteger.valueOf(before))
                        .longValueExact();
    }
}
