package dev.tollgate.operator.admin.prices;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Schema;
import dev.tollgate.models.PriceRates.Step;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.TariffJson;
import dev.tollgate.models.TariffRules;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Members of a price that an operator changes, with the names of the catalogue: as a JSON merge patch (RFC 7396), a member left out keeps its
 * value, and null removes it. The catalogue's rules apply. Immutable.
 */
public final class TariffEdit {

    /** The fields of {@link TariffRules#MEMBERS}, which are read together. */
    static final List<Field<?>> FIELDS = Stream.concat(
                    Stream.of(Rate.values()).map(TariffEdit::field),
                    Stream.of(
                            field(
                                            "search_counts",
                                            Schema.of("string", "null").with("enum", List.of("queries", "calls")))
                                    .help("queries: each query counts. calls: each call that searches counts once."),
                            field("above", Schema.of("object", "null"))
                                    .help("prompt_tokens, and each rate of longer prompts, none lower."),
                            field("tiers", Schema.of("object", "null")).help("Factors of flex and priority.")))
            .<Field<?>>map(field -> field)
            .toList();

    /** The members that are merged. */
    private static final Set<String> OBJECTS = Set.of("above", "tiers");

    private final ObjectNode patch;

    /** @param patch with members of {@link TariffRules#MEMBERS} alone; it must not change any more */
    public TariffEdit(ObjectNode patch) {
        this.patch = patch;
    }

    private static Field<JsonNode> field(Rate rate) {
        Rate least = rate.least();
        Rate most = rate.most();
        return field(rate.key(), Rate.OPTIONAL.contains(rate) ? Schema.of("number", "null") : Schema.of("number"))
                .help("Credits per " + (rate.isOfTokens() ? "million tokens of " : "") + rate.words()
                        + (least == null ? "" : ", at least " + least.words())
                        + (most == null ? "" : ", at most " + most.words())
                        + (rate.isOffer() ? ". A model makes them only with this rate." : "."));
    }

    private static Field<JsonNode> field(String name, Schema schema) {
        return Field.raw(name).shaped(schema).orMissing();
    }

    /** Returns whether it names no rate, or removes only what a tariff does not have. */
    boolean isEmpty(Tariff before) {
        return removesAlone(patch)
                && merged(before).equals(new TariffEdit(JsonNodeFactory.instance.objectNode()).merged(before));
    }

    private static boolean removesAlone(ObjectNode patch) {
        return patch.propertyStream()
                .allMatch(member -> member.getValue().isNull()
                        || (isPatch(member.getKey(), member.getValue())
                                && member.getValue().valueStream().allMatch(JsonNode::isNull)));
    }

    /** Returns whether a member is merged; every other one is a value, also an object, which the rules refuse. */
    private static boolean isPatch(String name, JsonNode value) {
        return OBJECTS.contains(name) && value.isObject();
    }

    /**
     * Returns the tariff after this change.
     *
     * @param isUnits whether calls are charged in printed units, by input and output alone
     * @throws ApiException with the member, its value and the allowed values
     */
    public Tariff applied(Tariff before, boolean isUnits) {
        ObjectNode whole = merged(before);
        if (!whole.path("search_per_1000").isNumber() && !patch.hasNonNull("search_counts")) {
            whole.remove("search_counts");
        }
        if (isUnits) {
            requirePlain(whole);
        }
        try {
            return TariffRules.OF_CREDITS.read(whole);
        } catch (TariffRules.NotAllowed e) {
            throw Field.wrong(e.refusal().field(), e.refusal().sentence());
        }
    }

    private ObjectNode merged(Tariff before) {
        ObjectNode whole = whole(before);
        merge(whole, patch);
        removeFromStep(whole);
        keepForStep(whole);
        return whole;
    }

    /** Returns a tariff's members, with each rate in the step that the row has. */
    private static ObjectNode whole(Tariff tariff) {
        ObjectNode json = TariffJson.of(tariff);
        Step step = tariff.above();
        if (step != null && json.path("above") instanceof ObjectNode above) {
            for (Rate rate : Rate.OPTIONAL) {
                if (tariff.rates().has(rate)) {
                    above.put(rate.key(), BigDecimal.valueOf(rate.of(step.rates()), 6));
                }
            }
        }
        return json;
    }

    private static void merge(ObjectNode target, ObjectNode patch) {
        patch.forEachEntry((name, value) -> {
            if (isPatch(name, value)) {
                ObjectNode into = target.path(name) instanceof ObjectNode present
                        ? present
                        : JsonNodeFactory.instance.objectNode();
                value.forEachEntry((inner, part) -> put(into, inner, part));
                if (!into.isEmpty()) {
                    target.set(name, into);
                }
            } else {
                put(target, name, value);
            }
        });
    }

    private static void put(ObjectNode target, String name, JsonNode value) {
        if (value.isNull()) {
            target.remove(name);
        } else {
            target.set(name, value);
        }
    }

    /** A rate that is removed is removed from the step, too, unless the patch names it there. */
    private void removeFromStep(ObjectNode whole) {
        if (whole.path("above") instanceof ObjectNode above) {
            Rate.OPTIONAL.stream()
                    .map(Rate::key)
                    .filter(name ->
                            patch.path(name).isNull() && !patch.path("above").hasNonNull(name))
                    .forEach(above::remove);
        }
    }

    /** A dearer rate of a part that was raised to for shorter prompts is still a rate of long ones. */
    private void keepForStep(ObjectNode whole) {
        for (Rate rate : Rate.PARTS) {
            Rate least = rate.least();
            JsonNode otherwise = least == null ? null : whole.get(least.key());
            if (otherwise != null
                    && whole.path("above").has(rate.key())
                    && !whole.has(rate.key())
                    && !patch.path("above").has(rate.key())) {
                whole.set(rate.key(), otherwise);
            }
        }
    }

    private static void requirePlain(ObjectNode whole) {
        for (String name : TariffRules.MEMBERS) {
            if (!name.equals("input") && !name.equals("output") && whole.has(name)) {
                throw Field.wrong(
                        name,
                        sentence(
                                "{field} is not possible: this model is billed in units, only 'input' and 'output' apply.",
                                FIELD));
            }
        }
    }
}
