package dev.tollgate.protocols.door;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.models.EmbeddingRules;
import dev.tollgate.models.Model;
import dev.tollgate.upstreams.pool.EmbedAsk;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Requests for embeddings of any protocol: what a model's row allows, and the ask (E68, E69). Pure functions. */
public final class EmbedAsks {

    /** The most inputs of a request. */
    public static final int INPUTS_MAX = 2_048;

    /** Bytes of a number with its comma: the shortest digits of a double have 24 at most, a float32 fewer. */
    private static final long DIGITS_BYTES = 24;

    /** Bytes of a float32 in base64, rounded up. */
    private static final long BASE64_BYTES = 6;

    /** Answers above this count as large requests do. */
    private static final long LARGE_BYTES = 1 << 20;

    private static final int TOO_LARGE = 413;
    private static final String TITLED = "RETRIEVAL_DOCUMENT";

    private EmbedAsks() {}

    /** @throws ApiException a 400 that names what the model cannot do */
    public static void check(Model model, List<EmbedAsk.Input> inputs, EmbedAsk.Fields fields) {
        EmbeddingRules rules = rules(model);
        for (EmbedAsk.Input input : inputs) {
            Integer dimensions = input.dimensions();
            if (dimensions != null && (dimensions < rules.dimensionsMin() || dimensions > rules.dimensionsMax())) {
                throw refused(
                        fields.dimensions(),
                        "must be between %d and %d with model '%s', got %d."
                                .formatted(rules.dimensionsMin(), rules.dimensionsMax(), model.id(), dimensions));
            }
            if (!rules.taskTypes().isEmpty()) {
                checkWords(model, rules, input, fields);
            }
        }
    }

    private static void checkWords(Model model, EmbeddingRules rules, EmbedAsk.Input input, EmbedAsk.Fields fields) {
        if (input.taskType() != null && !rules.taskTypes().contains(input.taskType())) {
            throw refused(
                    fields.taskType(),
                    "must be one of %s with model '%s'.".formatted(String.join(", ", rules.taskTypes()), model.id()));
        }
        if (input.title() != null && !TITLED.equals(input.taskType())) {
            throw refused(fields.title(), "is allowed only with '" + fields.taskType() + "' " + TITLED + ".");
        }
    }

    private static ApiException refused(String field, String predicate) {
        return ApiError.invalid(field, "'" + field + "' " + predicate).asException();
    }

    /** Returns the fields without effect: a model without task types knows no titles, either. */
    public static List<String> ignored(Model model, List<EmbedAsk.Input> inputs, EmbedAsk.Fields fields) {
        List<String> ignored = new ArrayList<>();
        if (rules(model).taskTypes().isEmpty()) {
            if (inputs.stream().anyMatch(input -> input.taskType() != null)) {
                ignored.add(fields.taskType());
            }
            if (inputs.stream().anyMatch(input -> input.title() != null)) {
                ignored.add(fields.title());
            }
        }
        return ignored;
    }

    /**
     * Returns the ask. Charges the memory of its answer in advance: the vectors, and their way out.
     *
     * @param memory the request's
     * @throws ApiException 413 or 503 if there is no room for the answer
     */
    public static EmbedAsk ask(
            Model model, List<EmbedAsk.Input> inputs, EmbedAsk.Fields fields, EmbedAsk.Form form, Lease memory) {
        EmbeddingRules rules = rules(model);
        List<EmbedAsk.Input> known = rules.taskTypes().isEmpty()
                ? inputs.stream().map(EmbedAsks::withoutWords).toList()
                : inputs;
        EmbedAsk ask = new EmbedAsk(
                known,
                form,
                new EmbedAsk.Limits(model.upstream().inputTokensMax(), rules.dimensionsMax(), rules.scalesShorter()),
                fields,
                model.id(),
                model.upstream().asked().name(),
                memory);
        charge(ask);
        return ask;
    }

    private static EmbedAsk.Input withoutWords(EmbedAsk.Input input) {
        return new EmbedAsk.Input(input.place(), input.parts(), null, null, input.dimensions());
    }

    private static void charge(EmbedAsk ask) {
        long numbers = ask.inputs().stream().mapToLong(ask::dimensions).sum();
        long vectors = numbers * (ask.form() == EmbedAsk.Form.DIGITS ? DIGITS_BYTES : BASE64_BYTES);
        long counted =
                ask.inputs().stream().mapToLong(EmbedAsk.Input::utf8Bytes).sum();
        try {
            if (vectors > LARGE_BYTES) {
                ask.memory().becomeLarge();
            }
            ask.memory().take(2 * vectors + counted);
        } catch (ApiException noRoom) {
            if (noRoom.error().status() != TOO_LARGE) {
                throw noRoom;
            }
            throw ApiError.invalid(
                            null,
                            "The answer would be too large for this server: %d vectors with %d numbers. Send fewer inputs,"
                                            .formatted(ask.inputs().size(), numbers)
                                    + " request fewer dimensions, or base64 instead of numbers.")
                    .withStatus(TOO_LARGE)
                    .asException();
        }
    }

    private static EmbeddingRules rules(Model model) {
        return Objects.requireNonNull(model.upstream().embedding(), model.id());
    }
}
