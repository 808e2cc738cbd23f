package dev.tollgate.models;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.config.YamlNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads rates of the catalogue, of a sale or a cost (P1 to P4). Every mistake names the key. */
final class CatalogueTariff {

    private final TariffRules rules;
    private final boolean hasInputAlone;

    CatalogueTariff(TariffRules rules) {
        this(rules, false);
    }

    private CatalogueTariff(TariffRules rules, boolean hasInputAlone) {
        this.rules = rules;
        this.hasInputAlone = hasInputAlone;
    }

    /** Returns a reader of the prices of embeddings, whose only rate is {@code input} (P1). */
    static CatalogueTariff ofInputAlone(TariffRules rules) {
        return new CatalogueTariff(rules, true);
    }

    /** Returns the keys of a cost, including keys of earlier catalogues. */
    String[] keysOfCost(boolean isOfList) {
        return hasInputAlone ? keys(isOfList) : keys(isOfList, "cached", "search");
    }

    /** @param isOfList whether the price may have a {@code from} */
    String[] keys(boolean isOfList, String... further) {
        List<String> keys = new ArrayList<>(hasInputAlone ? List.of("input") : TariffRules.MEMBERS);
        keys.addAll(List.of(further));
        if (isOfList) {
            keys.add("from");
        }
        return keys.toArray(String[]::new);
    }

    /** A price with the time from which it is in force, which all except one of a list have. */
    record Dated(Instant from, YamlNode node) {}

    /** Returns the one price of a node, or each of its list in the order of time. */
    static List<Dated> dated(YamlNode node) {
        if (!node.isList()) {
            return List.of(new Dated(Instant.MIN, node));
        }
        List<Dated> prices = new ArrayList<>();
        for (YamlNode row : node.items()) {
            YamlNode from = row.find("from");
            Dated price = new Dated(from == null ? Instant.MIN : CatalogueLoader.instant(from), row);
            if (prices.stream().anyMatch(other -> other.from().equals(price.from()))) {
                throw row.complaint(
                        from == null
                                ? "has no 'from', like a price before it; allowed is one price without it."
                                : "holds from the same time on as another price; allowed is one price for each 'from'.");
            }
            prices.add(price);
        }
        return prices;
    }

    /** Reads the rates of a sale. */
    Tariff read(YamlNode node) {
        return read(node, members(node));
    }

    /** Reads a cost, also with the keys of earlier catalogues: {@code cached}, and {@code search} for each call with a search. */
    Tariff readCost(YamlNode node) {
        ObjectNode members = members(node);
        rename(node, members, "cached", Rate.CACHED_INPUT.key());
        rename(node, members, "search", Rate.SEARCH.key());
        YamlNode search = node.find("search");
        if (search != null) {
            YamlNode counts = node.find("search_counts");
            if (counts != null) {
                throw counts.complaint("belongs to 'search_per_1000'; 'search' is a rate for each call with a search.");
            }
            JsonNode each = members.path(Rate.SEARCH.key());
            if (each.isNumber()) {
                members.put(Rate.SEARCH.key(), each.decimalValue().movePointRight(3));
            }
            if (each.decimalValue(BigDecimal.ZERO).signum() > 0) {
                members.put("search_counts", "calls");
            }
        }
        return read(node, members);
    }

    private static void rename(YamlNode node, ObjectNode members, String earlier, String key) {
        YamlNode old = node.find(earlier);
        if (old != null && node.find(key) != null) {
            throw old.complaint("says the same as '" + key + "', which is there too; leave one of them out.");
        }
        if (old != null) {
            members.set(key, members.remove(earlier));
        }
    }

    /** Returns what is written, numbers as numbers. */
    private static ObjectNode members(YamlNode node) {
        ObjectNode members = JsonNodeFactory.instance.objectNode();
        node.fields().forEach((name, value) -> {
            if (value.isMapping()) {
                members.set(name, members(value));
            } else if (value.isList()) {
                members.putArray(name);
            } else if (!value.isNull()) {
                TariffRules.put(members, name, value.text());
            }
        });
        return members;
    }

    private Tariff read(YamlNode node, ObjectNode members) {
        if (hasInputAlone) {
            members.put(Rate.OUTPUT.key(), 0);
        }
        try {
            return rules.read(members);
        } catch (TariffRules.NotAllowed e) {
            throw complaint(node, e.refusal());
        }
    }

    private static ConfigException complaint(YamlNode node, TariffRules.Refusal refusal) {
        YamlNode at = node;
        for (String key : refusal.field().split("\\.")) {
            YamlNode cached = key.equals(Rate.CACHED_INPUT.key()) ? at.find("cached") : null;
            YamlNode search = key.equals(Rate.SEARCH.key()) ? at.find("search") : null;
            if (search != null) {
                return search.complaint("is a thousandth of '" + key + "', which " + refusal.what() + ".");
            }
            at = cached == null ? at.need(key) : cached;
        }
        return refusal.allowed() == null
                ? at.complaint(refusal.what() + ".")
                : at.wrong(refusal.allowed().english());
    }
}
